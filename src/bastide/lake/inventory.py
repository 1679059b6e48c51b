"""The inventory's history: what each observation of an estate changed, as AWS Config's configuration items.

One idea: only rows that differ from the last recorded state are written, so that a resource's history is its rows,
and the state at a past time is the newest row at or before it (queries `history-of-a-resource` and `state-at`). The
properties are in registry shape, unlike AWS Config's own items, and `configurationItemVersion` tells the two apart.

A resource is only ever taken for deleted where its type was listed completely: a gap is no deletion.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from bastide.lake.catalog import Lake
from bastide.lake.engine import lake_source
from bastide.lake.engine.duck import Duck
from bastide.lake.table import read_tables
from bastide.model import Estate, Resource
from bastide.model.resource import ResourceKey

VERSION = "bastide-1"
TABLE = "config_items"
DELETED = "ResourceDeleted"
_LATEST = f"""
    SELECT resourceType, account, awsRegion, resourceId,
           arg_max(configurationStateMd5Hash, configurationItemCaptureTime),
           arg_max(configurationItemStatus, configurationItemCaptureTime)
    FROM {TABLE} WHERE configurationItemVersion = '{VERSION}' GROUP BY ALL
"""
_ENCODE = msgspec.json.Encoder(order="sorted").encode


def latest_states(lake: Lake) -> dict[ResourceKey, str]:
    """The digest of the last recorded state of every resource that was there then."""
    source = lake_source(lake, read_tables()[TABLE])
    if source.empty:
        return {}
    with Duck([source]) as duck:
        rows = list(duck.run(_LATEST).rows())
    return {ResourceKey(*row[:4]): str(row[4]) for row in rows if row[5] != DELETED}


def changed_items(
    before: Mapping[ResourceKey, str],
    estate: Estate,
    properties: Mapping[ResourceKey, Any],
    types: Collection[str],
    at: str,
) -> list[dict[str, Any]]:
    """Configuration items of what changed since `before`, sorted by key.

    `properties`: each resource's, as JSON values without secrets. `types`: those that the estate was read for. `at`:
    when, in ISO 8601.
    """
    accounts = {resource.account for resource in estate.resources}
    accounts |= {account.id for account in estate.organization.accounts} if estate.organization else set()
    items = []
    for key in sorted(estate.by_key):
        digest = hashlib.sha256(_ENCODE(properties[key])).hexdigest()
        if before.get(key) != digest:
            status = "OK" if key in before else "ResourceDiscovered"
            items.append(_item(estate.by_key[key], properties[key], digest, status, at))
    for key in sorted(before.keys() - estate.by_key.keys()):
        looked = key.type in types and key.account in accounts and key.region in {*estate.regions, "global"}
        if looked and (key.type, key.account, key.region) not in estate.gaps_by_place:
            items.append(_item(Resource(*key), None, "", DELETED, at))
    return items


def _item(resource: Resource, properties: Any, digest: str, status: str, at: str) -> dict[str, Any]:
    return {
        "configurationItemVersion": VERSION,
        "configurationItemCaptureTime": at,
        "configurationItemStatus": status,
        "configurationStateMd5Hash": digest,
        "awsAccountId": resource.account,
        "awsRegion": resource.region,
        "resourceType": resource.type,
        "resourceId": resource.id,
        "resourceName": resource.name,
        "ARN": resource.arn,
        "tags": resource.tags,
        "configuration": properties,
    }


def render_items(items: list[dict[str, Any]]) -> bytes:
    """The items as a history file of AWS Config holds them, to be ingested."""
    return _ENCODE({"fileVersion": "1.0", "configurationItems": items})
