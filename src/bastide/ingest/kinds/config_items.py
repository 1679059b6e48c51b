"""AWS Config: snapshots, history files, and the answers of GetResourceConfigHistory, one row a configuration item.

One idea: the item's fields are the columns, the resource's own description stays JSON. The API writes a few of them
otherwise than the files do (accountId, arn, JSON inside strings); both become the same columns.
Source: AWS Config Developer Guide, "Components of a configuration item", "Example configuration item history",
"Example configuration snapshot"; AWS Config API Reference, "ConfigurationItem"
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Raw

from bastide.ingest.kinds import Kind, NotThisKindError, Rendered
from bastide.ingest.kinds.forms import cloudwatch
from bastide.ingest.kinds.forms.records import Fields, Row, Shape, is_json, object_of, parse_fields, read_types, split
from bastide.ingest.source import Item

SHAPE = Shape(
    {
        "configurationItemCaptureTime": "time", "resourceCreationTime": "time", "configurationItemDeliveryTime": "time",
        "awsAccountId": "string", "accountId": "string", "awsRegion": "string", "resourceType": "string",
        "resourceId": "string", "resourceName": "string", "ARN": "string", "arn": "string",
        "configurationItemStatus": "string", "availabilityZone": "string", "configuration": "json",
        "supplementaryConfiguration": "json", "tags": "json", "relationships": "json", "relatedEvents": "json",
        "configurationStateId": "string", "configurationStateMd5Hash": "string",
        "configurationItemMD5Hash": "string", "configurationItemVersion": "string", "version": "string",
        "recordingFrequency": "string",
    },
    fraction=3,
    rename={
        "awsAccountId": "_item_account", "accountId": "_item_account", "arn": "ARN",
        "version": "configurationItemVersion", "configurationItemMD5Hash": "configurationStateMd5Hash",
    },
)  # fmt: skip
# Names of the API → the file's names for the same.
_SAME = {
    "accountId": "awsAccountId", "arn": "ARN", "version": "configurationItemVersion",
    "configurationItemMD5Hash": "configurationStateMd5Hash",
}  # fmt: skip
_ENVELOPE = "configurationItems"
_OWN = ("_account", "_region", "configSnapshotId", "fileVersion", "sourceFile")
_MARKS = (b'"configurationItemCaptureTime"', b'"configurationItemStatus"', b'"resourceType"', b'"configuration"')
_NUMBERS = ("configurationStateId", "configurationItemCaptureTime", "resourceCreationTime")


def detect(_: str, head: bytes) -> bool:
    """By the envelope, or by three names of an item."""
    if cloudwatch.peek(head) is not None or not is_json(head):
        return False
    return b'"configurationItems"' in head or sum(mark in head for mark in _MARKS) >= 3


def render(data: bytes, item: Item) -> Rendered:
    """The items. Raises NotThisKindError at a record that is none."""
    rows, odd = [], 0
    for number, (fields, row) in enumerate(_items(data, item), start=1):
        if "resourceType" not in fields and "configurationItemCaptureTime" not in fields:
            raise NotThisKindError(f"record {number} is no configuration item")
        SHAPE.lay_out(as_in_files(fields, row), row)
        odd += bool(row.flags)
        rows.append(row.render())
    return Rendered(b"\n".join(rows), len(rows), odd)


def _items(data: bytes, item: Item) -> Iterator[tuple[Fields, Row]]:
    constants = {"_account": item.account, "_region": item.region, "sourceFile": item.address}
    for number, document in enumerate(split(data), start=1):
        envelope = parse_fields(document)
        if envelope is None:
            raise NotThisKindError(f"record {number} is no object")
        if _ENVELOPE not in envelope:
            inner = object_of(envelope.get("configurationItem"))
            yield inner or envelope, Row(dict(constants))
            continue
        about = {name: envelope[name] for name in ("configSnapshotId", "fileVersion") if name in envelope}
        for record in split(bytes(envelope[_ENVELOPE])):
            fields = parse_fields(record)
            if fields is None:
                raise NotThisKindError(f"a configuration item of record {number} is no object")
            yield fields, Row(constants | about)


def as_in_files(fields: Fields, row: Row) -> Fields:
    """The fields as files have them: JSON that the API put into a string is taken out, a number that orders is text.

    A name that would come twice for one column stays under its own in `rest`.
    """
    fields = dict(fields)
    for name in ("configuration", *_NUMBERS):
        value = bytes(fields.get(name, Raw(b"")))
        if name == "configuration" and value[:1] == b'"':
            fields[name] = _inside(fields[name])
        elif name == "configurationStateId" and value[:1].isdigit():
            fields[name] = Raw(b'"' + value + b'"')
    for other, one in _SAME.items():
        if one in fields and other in fields:
            row.rest[other] = fields.pop(other)
    return fields


def _inside(value: Raw) -> Raw:
    text = msgspec.json.decode(value, type=str)
    return Raw(text.encode()) if parse_fields(text.encode()) is not None else value


KIND = Kind(
    name="config-items",
    table="config_items",
    detect=detect,
    render=render,
    read=read_types(SHAPE, _OWN),
    select={
        **{
            name: f"TRY_CAST({name} AS TIMESTAMPTZ)"
            for name in ("configurationItemCaptureTime", "resourceCreationTime", "configurationItemDeliveryTime")
        },
        "account": "coalesce(_item_account, nullif(_account, ''))",
        "awsRegion": "coalesce(awsRegion, nullif(_region, ''))",
    },
    rank=27,
)
