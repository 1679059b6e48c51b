"""CloudTrail events as msgspec parsed them, into columns, and back.

One idea: a file's events become columns at once, texts that repeat as numbers; what a column cannot hold (an unknown
field, a time of another form, an object where text belongs) moves to `rest` under a flag, so an event is recoverable
field for field: `rebuild_event`. What the table has beside the events' own fields is made of the columns, in `rows`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

import msgspec
import numpy
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Raw, Struct, field

from bastide.ingest.columns import Repeated, encoded, first_bytes, strings, texts

STRINGS = (
    "eventVersion", "eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent", "errorCode",
    "errorMessage", "requestID", "eventID", "eventType", "apiVersion", "recipientAccountId", "sharedEventID",
    "vpcEndpointId", "vpcEndpointAccountId", "eventCategory", "sessionCredentialFromConsole",
)  # fmt: skip
BOOLEANS = ("readOnly", "managementEvent")
# Always there in events of API calls, and null as often as not: their absence is what is noted.
NULLABLE = ("requestParameters", "responseElements")
LISTS = ("resources",)
JSON = (
    *NULLABLE, *LISTS, "userIdentity", "additionalEventData", "serviceEventDetails", "tlsDetails", "insightDetails",
    "addendum", "edgeDeviceDetails", "eventContext",
)  # fmt: skip
ABSENT = Raw(b"absent")
NULL = b"null"
_NOTHING = (NULL, b"absent")
FUTURE = timedelta(days=1)
TIME = "%Y-%m-%dT%H:%M:%SZ"
_ENCODE = msgspec.json.Encoder().encode


class _Mending(Struct):
    """What an event has beside its own fields; their names cannot be those of a field of JSON that anybody writes."""

    rest: dict[str, Any] | None = field(default=None, name="bastide:rest")
    flags: list[str] | None = field(default=None, name="bastide:flags")

    def flag(self, word: str) -> None:
        """Say what is odd about the event, once."""
        if self.flags is None:
            self.flags = []
        if word not in self.flags:
            self.flags.append(word)

    def misplace(self, name: str, value: Any, why: str) -> None:
        """The field is kept in `rest`, since its column cannot hold it."""
        self.rest = (self.rest or {}) | {name: value}
        self.flag(f"{why}:{name}")


def event_type() -> type[Any]:
    """The type that a whole file is parsed against: a null, an unknown field or another type is refused."""
    fields: list[Any] = [("eventTime", str, field(default=None))]
    fields += [(name, str, field(default=None)) for name in STRINGS]
    fields += [(name, bool, field(default=None)) for name in BOOLEANS]
    fields += [(name, Raw, field(default=ABSENT if name in NULLABLE else None)) for name in JSON]
    return msgspec.defstruct("Event", fields, bases=(_Mending,), forbid_unknown_fields=True, gc=False, kw_only=True)


# Texts that repeat: the columns hold numbers into a dictionary of them from the beginning.
REPEATED = (*(name for name in STRINGS if name not in ("eventID", "requestID", "sharedEventID", "errorMessage")),)
REPEATED_JSON = ("userIdentity", "tlsDetails")
_PLAIN = tuple(name for name in STRINGS if name not in REPEATED)
_PLAIN_JSON = tuple(name for name in JSON if name not in REPEATED_JSON)


class Events:
    """The events of a batch, as columns that grow file by file while a file's events are in the processor's cache."""

    def __init__(self, now: datetime) -> None:
        """Nothing yet. An event later than a day after `now` (aware) is flagged."""
        names = (*REPEATED, *REPEATED_JSON, "flags", "sourceFile", "eventTime")
        self._repeated = {name: Repeated() for name in names}
        self._plain: dict[str, list[pa.Array]] = {name: [] for name in (*_PLAIN, *_PLAIN_JSON, *BOOLEANS, "rest")}
        self._future = (now + FUTURE).strftime(TIME)
        self._times: set[str] = set()

    def append(self, events: list[Any], source: str) -> int:
        """Add a file's events; those with a value that its column cannot hold are mended.

        How many had no flag and have one now, because of their time.
        """
        odd = self._check_times(events)
        for event in events:
            if event.requestParameters is ABSENT or event.responseElements is ABSENT:
                _flag_absent(event)
        columns = {name: texts(_values(events, name)) for name in _PLAIN_JSON}
        repeated = {name: _values(events, name) for name in REPEATED_JSON}
        if _move_misfits(events, columns, repeated):
            columns = {name: texts(_values(events, name)) for name in _PLAIN_JSON}
            repeated = {name: _values(events, name) for name in REPEATED_JSON}
        columns |= {name: strings(_values(events, name)) for name in _PLAIN}
        columns |= {name: pa.array(_values(events, name), pa.bool_()) for name in BOOLEANS}
        columns["rest"] = texts([None if event.rest is None else _ENCODE(event.rest) for event in events])
        repeated |= {name: _values(events, name) for name in (*REPEATED, "eventTime")}
        repeated["flags"] = [None if event.flags is None else ",".join(event.flags) for event in events]
        repeated["sourceFile"] = [source] * len(events)
        for name, column in columns.items():
            self._plain[name].append(column)
        for name, values in repeated.items():
            self._repeated[name].add(values)
        return odd

    def columns(self) -> pa.Table | None:
        """The events' fields as `rows.arrange` takes them, in the order in which they came; None without events."""
        if not self._plain["rest"]:
            return None
        found = {name: encoded(one.values(), one.codes()) for name, one in self._repeated.items()}
        found |= {name: pa.concat_arrays(parts) for name, parts in self._plain.items()}
        times = found["eventTime"]
        at = pc.strptime(times.dictionary, TIME, "us").take(times.indices)
        return pa.table(found | {"eventTime": pc.assume_timezone(at, "UTC")})

    def _check_times(self, events: Sequence[Any]) -> int:
        """Times of another form than CloudTrail's move to `rest`; no time, and one in the future, is flagged."""
        times = set(map(attrgetter("eventTime"), events)) - self._times
        odd = {time for time in times if time is None or not _is_time(time) or time > self._future}
        self._times |= times - odd
        new = 0
        for event in events if odd else ():
            if event.eventTime not in odd or _has_no_time(event):
                continue
            new += event.flags is None
            if event.eventTime is None:
                event.flag("absent:eventTime")
            elif _is_time(event.eventTime):
                event.flag("future:eventTime")
            else:
                event.misplace("eventTime", event.eventTime, "form")
                event.eventTime = None
        return new


def _has_no_time(event: Any) -> bool:
    """Whether it was already told why there is no time in the column."""
    return event.eventTime is None and (event.flags == ["no-object"] or "eventTime" in (event.rest or {}))


def _values(events: Sequence[Any], name: str) -> list[Any]:
    values = list(map(attrgetter(name), events))
    if name in NULLABLE:
        return [None if len(value) <= 6 and bytes(value) in _NOTHING else value for value in values]
    if name in REPEATED_JSON:
        return [None if value is None else bytes(value) for value in values]
    return values


def _flag_absent(event: Any) -> None:
    for name in NULLABLE:
        if getattr(event, name) is ABSENT and event.flags != ["no-object"]:
            event.flag(f"absent:{name}")


def _move_misfits(events: Sequence[Any], columns: Mapping[str, pa.Array], repeated: Mapping[str, list[Any]]) -> bool:
    """Values that are no object (no list) where one belongs move to `rest`."""
    moved = False
    for name in JSON:
        first = ord("[" if name in LISTS else "{")
        if name in NULLABLE:
            continue
        if name in repeated:
            odd = [number for number, text in enumerate(repeated[name]) if text is not None and text[0] != first]
        else:
            starts = first_bytes(columns[name])
            odd = numpy.flatnonzero((starts != 0) & (starts != first)).tolist()
        for number in odd:
            value = getattr(events[number], name)
            events[number].misplace(name, value, "null" if bytes(value) == NULL else "type")
            setattr(events[number], name, None)
            moved = True
    return moved


def _is_time(text: str) -> bool:
    """Whether the text is a time in CloudTrail's own form, which `TIME` gives back as it was."""
    if len(text) != 20 or text[4] + text[7] + text[10] + text[13] + text[16] + text[19] != "--T::Z":
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return text.isascii()


def rebuild_event(row: Mapping[str, Any]) -> dict[str, Any]:
    """The event that a row of the table came from, field for field; values of `row` as DuckDB or pyarrow give them.

    A record that was no JSON object comes back as `{"": record}`.
    """
    flags = set((row.get("flags") or "").split(","))
    rest = json.loads(row["rest"]) if row.get("rest") else {}
    if "no-object" in flags:
        return dict(rest)
    event: dict[str, Any] = {}
    if row.get("eventTime") is not None:
        event["eventTime"] = f"{row['eventTime']:%Y-%m-%dT%H:%M:%SZ}".zfill(20)
    event |= {name: row[name] for name in (*STRINGS, *BOOLEANS) if row.get(name) is not None}
    for name in JSON:
        if row.get(name) is not None:
            event[name] = json.loads(row[name])
        elif name in NULLABLE and f"absent:{name}" not in flags:
            event[name] = None
    return event | rest
