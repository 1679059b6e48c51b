"""Files of CloudWatch Logs whose messages are no other kind: applications, functions, flow logs of an unknown format.

One idea: nothing that a subscription delivers is lost for want of a kind: each log event is a row, its text untouched.
A file of control messages only has no rows.
Source: Amazon CloudWatch Logs User Guide, "Log group-level subscription filters"
"""

from __future__ import annotations

from bastide.ingest.kinds import Kind, Rendered
from bastide.ingest.kinds.forms import cloudwatch
from bastide.ingest.kinds.forms.records import encode
from bastide.ingest.source import Item


def detect(_: str, head: bytes) -> bool:
    """By the envelope, or by the times that an export puts before each message."""
    return cloudwatch.peek(head) is not None


def render(data: bytes, item: Item) -> Rendered:
    """The log events. Raises NotThisKindError when an envelope is broken."""
    rows = [_row(message, item) for message in cloudwatch.read_messages(data, item)]
    return Rendered(b"\n".join(rows), len(rows))


def _row(message: cloudwatch.Message, item: Item) -> bytes:
    row = {
        "timestamp": message.time, "account": message.owner or item.account or None, "region": item.region or None,
        "logGroup": message.group or None, "logStream": message.stream or None, "id": message.id,
        "message": message.text, "extractedFields": message.extracted, "subscriptionFilters": message.filters,
        "sourceFile": item.address,
    }  # fmt: skip
    return encode(row)


KIND = Kind(
    name="cloudwatch-logs",
    table="cloudwatch_logs",
    detect=detect,
    render=render,
    read={
        **dict.fromkeys(("timestamp", "account", "region", "logGroup", "logStream", "id", "message"), "VARCHAR"),
        **dict.fromkeys(("extractedFields", "subscriptionFilters"), "JSON"),
        "sourceFile": "VARCHAR",
    },
    select={"timestamp": cloudwatch.time_column('"timestamp"')},
    rank=90,
)
