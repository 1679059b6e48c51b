"""Logs of requests whose fields are the columns: JSON lines, delivered plain or wrapped by CloudWatch Logs.

One idea: DNS queries and web requests differ in their names only; how they are told and laid out is one piece.
"""

from __future__ import annotations

from collections.abc import Sequence

from bastide.ingest.kinds import HEAD, NotThisKindError, Rendered
from bastide.ingest.kinds.forms import cloudwatch
from bastide.ingest.kinds.forms.records import Row, Shape, is_json, parse_fields, split
from bastide.ingest.source import Item

CONSTANTS = ("_account", "_region", "sourceFile")


def is_marked(head: bytes, marks: Sequence[bytes]) -> bool:
    """Whether a file begins as JSON with at least three of the names that every record has."""
    inner = cloudwatch.peek(head)
    text = head if inner is None else inner.encode()
    return is_json(text) and sum(mark in text for mark in marks) >= 3


def render_records(data: bytes, item: Item, shape: Shape, either: tuple[str, str], what: str) -> Rendered:
    """The records as rows. Raises NotThisKindError at one that has neither field of `either`: it is no `what`."""
    if cloudwatch.peek(data[:HEAD]) is not None:
        data = cloudwatch.joined(cloudwatch.read_messages(data, item))
    constants = dict(zip(CONSTANTS, (item.account, item.region, item.address), strict=True))
    rows, odd = [], 0
    for number, record in enumerate(split(data), start=1):
        fields = parse_fields(record)
        if fields is None or not (either[0] in fields or either[1] in fields):
            raise NotThisKindError(f"record {number} is no {what}")
        row = shape.lay_out(fields, Row(dict(constants)))
        odd += bool(row.flags)
        rows.append(row.render())
    return Rendered(b"\n".join(rows), len(rows), odd)
