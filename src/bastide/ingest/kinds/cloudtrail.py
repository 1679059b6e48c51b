"""CloudTrail log files: envelope, array, one event or JSON lines; management, data, Insights, network activity events.

One idea: msgspec parses a whole file against the types of the columns in one pass and leaves the free-form parts as
bytes; an event that does not fit is mended alone: what fits goes to its columns, the rest is kept as it was.
Source: AWS CloudTrail User Guide, "CloudTrail record contents for management, data, and network activity events"
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
from msgspec import Raw

from bastide.ingest.encoding import OTHER, REPLACED, has_lone, paired, readable
from bastide.ingest.events import ABSENT, BOOLEANS, JSON, LISTS, NULLABLE, STRINGS, Events, event_type
from bastide.ingest.kinds import Kind, NotThisKindError, Rendered
from bastide.ingest.native import Fitting, is_built
from bastide.ingest.rows import arrange
from bastide.ingest.source import Item

_Event: Any = event_type()
_Envelope = msgspec.defstruct("_Envelope", [("Records", list[_Event])], gc=False)
_Split = msgspec.defstruct("_Split", [("Records", list[Raw])], gc=False)

_TYPED: Any = msgspec.json.Decoder(_Envelope)
_SPLIT: Any = msgspec.json.Decoder(_Split)
_ARRAY = msgspec.json.Decoder(list[Raw])
_EVENT = msgspec.json.Decoder(_Event)
_ANY = msgspec.json.Decoder(dict[str, Any])
_LENIENT = msgspec.json.Decoder(dict[str, Raw])
_TEXT = msgspec.json.Decoder(str)

MARKS = frozenset({"eventSource", "eventName", "insightDetails", "eventVersion", "userIdentity", "eventTime"})


def detect(name: str, head: bytes) -> bool:
    """By two of the fields that every event has, at its top; an empty envelope by the envelope."""
    start = head.lstrip()
    if start[:1] not in (b"{", b"["):
        return False
    if re.fullmatch(rb'\{\s*"Records"\s*:\s*\[\s*\]\s*\}', start.strip()):
        return "Digest" not in name
    found: set[str] = set()
    for key in _first_keys(start):
        found |= MARKS & {key}
        if len(found) >= 2:
            return True
    return False


def _first_keys(head: bytes) -> Iterator[str]:
    """The keys of the first record, as far as the head tells: those of depth 1, or 3 inside `{"Records": [{`."""
    opening = re.match(rb'\s*(?:\{\s*"Records"\s*:\s*)?\[?\s*\{', head)
    if opening is None:
        return
    depth, at = 1, opening.end()
    for token in re.compile(rb'"(?:[^"\\]|\\.)*"(\s*:)?|[{}\[\]]', re.DOTALL).finditer(head, at):
        first = token[0][:1]
        if first == b'"':
            if depth == 1 and token[1] is not None:
                yield token[0][1:].split(b'"')[0].decode("utf-8", "replace")
        else:
            depth += 1 if first in b"{[" else -1
            if depth == 0:
                return


class CloudTrail:
    """The events of many files: those that fit by compiled code where there is some, all others one by one."""

    def __init__(self, now: datetime, *, compiled: bool = True) -> None:
        """Nothing yet. An event later than a day after `now` (aware) is flagged."""
        self._events = Events(now)
        self._fitting = Fitting(now) if compiled and is_built() else None

    def add(self, data: bytes, item: Item) -> Rendered:
        """See Gathering. Raises NotThisKindError when the file is not JSON all through."""
        text, replaced = readable(data)
        if self._fitting is not None and not replaced:
            found = self._fitting.add(_compact(text), item.address)
            if found is not None:
                rows, odd = found
                return Rendered(b"", rows + len(odd), self._mend([(record, paired(record)) for record in odd], item))
        return self._add_slowly(text, replaced, item)

    def _add_slowly(self, text: bytes, replaced: bool, item: Item) -> Rendered:
        try:
            found = _TYPED.decode(_compact(text)).Records
        except (msgspec.MsgspecError, UnicodeDecodeError):
            records = _split(paired(text))
            # Where half a pair stood, two ways of replacing it differ.
            others = _split(paired(text, OTHER)) if has_lone(text) else records
            odd = self._mend(list(zip(map(bytes, others), map(bytes, records), strict=True)), item, replaced)
            return Rendered(b"", len(records), odd)
        odd = _mark_replaced(found) if replaced else 0
        odd += self._events.append(found, item.address)
        return Rendered(b"", len(found), odd)

    def _mend(self, records: Sequence[tuple[bytes, bytes]], item: Item, replaced: bool = False) -> int:
        """Take events one by one, each as it was and as it can be read. The number of odd ones."""
        events, odd = [], 0
        for before, record in records:
            event, fits = _one(_compact(record))
            events.append(event)
            odd += not fits
            if replaced or before != record:
                odd += _mark_replaced([event])
        return odd + (self._events.append(events, item.address) if events else 0)

    def table(self) -> pa.Table:
        """See Gathering."""
        parts = [self._events.columns(), self._fitting.columns() if self._fitting is not None else None]
        return arrange([part for part in parts if part is not None])


def _compact(data: bytes) -> bytes:
    """JSON without spaces between its tokens: what was written over several lines, or by another writer than AWS."""
    head = data[:256]
    if b"\n" in head.strip() or b'": ' in head or b'", "' in head:
        try:
            return msgspec.json.format(data, indent=-1)
        except msgspec.MsgspecError:
            return data
    return data


def _split(data: bytes) -> Sequence[Any]:
    """The records of a file, each as it is written. Raises NotThisKindError."""
    try:
        return _records(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) > 1 and _is_json(lines[0]):
            return _split_lines(lines)
        raise NotThisKindError(f"no JSON: {wrong}") from wrong


def _records(data: bytes) -> Sequence[Any]:
    if data[:64].lstrip()[:1] == b"[":
        return _ARRAY.decode(data)
    try:
        found: list[Raw] = _SPLIT.decode(data).Records
        return found
    except msgspec.ValidationError:
        return [Raw(data.strip())] if _ANY.decode(data) else []


def _is_json(line: bytes) -> bool:
    try:
        return bool(_ANY.decode(line))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False


def _split_lines(lines: list[bytes]) -> list[Any]:
    found: list[Any] = []
    for number, line in enumerate(lines, start=1):
        try:
            found += _records(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
            raise NotThisKindError(f"no JSON in line {number}: {wrong}") from wrong
    return found


def _one(record: bytes) -> tuple[Any, bool]:
    """One event, and whether it fits as it is."""
    try:
        return _EVENT.decode(record), True
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return mend(record), False


def mend(record: bytes) -> Any:
    """One odd event: fields that fit stay, the others move into `rest`, `flags` says what they were."""
    event = _Event()
    try:
        fields = _LENIENT.decode(record)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # Wrapped, so that what is no object can still be told from an object's fields.
        event.rest, event.flags = {"": _as_json(record)}, ["no-object"]
        return event
    for name, value in fields.items():
        why = _misfit(name, bytes(value))
        if why:
            event.misplace(name, value, why)
        elif name in STRINGS or name == "eventTime":
            setattr(event, name, _TEXT.decode(value))
        elif name in BOOLEANS:
            setattr(event, name, bytes(value) == b"true")
        else:
            setattr(event, name, value)
    return event


def _as_json(record: bytes) -> Raw:
    try:
        json.loads(record)
    except ValueError:
        return Raw(json.dumps(record.decode("utf-8", "replace")).encode())
    return Raw(record)


def _misfit(name: str, value: bytes) -> str:
    """Why a field cannot stand in its column: unknown, type or null; empty when it can."""
    if name in NULLABLE:
        return ""
    starts = b"tf" if name in BOOLEANS else b"[" if name in LISTS else b"{" if name in JSON else b'"'
    if name not in (*STRINGS, *BOOLEANS, *JSON, "eventTime"):
        return "unknown"
    if value == b"null":
        return "null"
    return "" if value[:1] in (starts[:1], starts[-1:]) else "type"


def _mark_replaced(events: Sequence[Any]) -> int:
    """Flag the events in which something could not be read as text. The number that had no flag before."""
    new = 0
    for event in events:
        values = (getattr(event, name) for name in (*STRINGS, *JSON))
        if any(_is_replaced(value) for value in values if value is not None and value is not ABSENT):
            new += event.flags is None
            event.flag("encoding")
    return new


def _is_replaced(value: Any) -> bool:
    if isinstance(value, str):
        return "\ufffd" in value
    return REPLACED in bytes(value) or b"\\ufffd" in bytes(value)


KIND = Kind(name="cloudtrail", table="cloudtrail", detect=detect, gather=CloudTrail, rank=20)
