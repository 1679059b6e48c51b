"""CloudTrail events that fit their columns, at the speed of compiled code, where it was built.

One idea: the extension `_events` fills the buffers of Arrow's columns straight from a file's bytes; here they become
columns without a look at any value. Without it (no compiler when Bastide was installed) `events` does all the work, to
the same rows, several times slower.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy
import pyarrow as pa

from bastide.ingest.columns import encoded
from bastide.ingest.events import BOOLEANS, FUTURE, JSON, LISTS, NULLABLE, REPEATED, REPEATED_JSON, STRINGS

try:
    from bastide.ingest import _events
except ImportError:
    _events = None  # type: ignore[assignment]

# What the extension calls the forms of columns.
_FORMS = (
    dict.fromkeys(STRINGS, "t") | dict.fromkeys(REPEATED, "T") | dict.fromkeys(JSON, "o")
    | dict.fromkeys(REPEATED_JSON, "O") | dict.fromkeys(LISTS, "l") | dict.fromkeys(NULLABLE, "n")
    | dict.fromkeys(BOOLEANS, "b") | {"eventTime": "d"}
)  # fmt: skip
_ABSENT = 0  # the state of a value; 1 is a null that was written
_PRESENT = 2
_NO_TIME = numpy.iinfo(numpy.int64).min
_FLAGS = [None, *(",".join(f"absent:{name}" for name in names) for names in (NULLABLE[:1], NULLABLE[1:], NULLABLE))]


def is_built() -> bool:
    """Whether the extension is there."""
    return _events is not None


class Fitting:
    """The events of a batch that fit their columns as they are."""

    def __init__(self, now: datetime) -> None:
        """Nothing yet. An event later than a day after `now` (aware) does not fit."""
        self._columns = _events.Columns(_FORMS, int((now + FUTURE).timestamp()))
        self._files: list[tuple[str, int]] = []

    def add(self, text: bytes, source: str) -> tuple[int, list[bytes]] | None:
        """How many events of a file (UTF-8) were taken, and those that do not fit; None when it is of another form.

        Raises OverflowError when a column is full.
        """
        found = self._columns.add(text)
        if found is None:
            return None
        rows, odd = found
        self._files.append((source, rows))
        return rows, [text[begin:end] for begin, end in odd]

    def columns(self) -> pa.Table | None:
        """As `Events.columns`; nothing is left."""
        files, self._files = self._files, []
        if not sum(rows for _, rows in files):
            return None
        buffers = self._columns.take()
        found = {name: _column(_FORMS[name], *parts) for name, parts in buffers.items()}
        states = [numpy.frombuffer(buffers[name][0], numpy.uint8) for name in NULLABLE]
        absent = (states[0] == _ABSENT) + 2 * (states[1] == _ABSENT)
        found["flags"] = encoded(_FLAGS, absent.astype(numpy.int32))
        counts = [rows for _, rows in files]
        numbers = numpy.repeat(numpy.arange(len(files), dtype=numpy.int32), counts)
        found["sourceFile"] = encoded([source for source, _ in files], numbers)
        found["rest"] = pa.nulls(len(numbers), pa.string())
        return pa.table(found)


def _column(form: str, rows: bytes, ends: bytes, letters: bytes) -> pa.Array:
    """The column of a form; `rows` is as `_events.c` says."""
    if form == "d":
        seconds = numpy.frombuffer(rows, numpy.int64)
        known = seconds != _NO_TIME
        times = pa.array(numpy.where(known, seconds, 0) * 1_000_000, pa.int64(), mask=~known)
        return times.cast(pa.timestamp("us", tz="UTC"))
    if form in "TO":
        codes = numpy.frombuffer(rows, numpy.int32)
        return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), _texts(ends, letters))
    states = numpy.frombuffer(rows, numpy.uint8)
    if form == "b":
        return pa.array(states == 1, mask=states == 2)
    return _texts(ends, letters, states == _PRESENT)


def _texts(ends: bytes, letters: bytes, present: Any = None) -> pa.Array:
    count = len(ends) // 4
    bits = None if present is None or present.all() else numpy.packbits(present, bitorder="little").tobytes()
    if present is not None and not present.any():
        return pa.nulls(count, pa.string())
    offsets = pa.py_buffer(b"\0\0\0\0" + ends)
    return pa.Array.from_buffers(
        pa.string(), count, [None if bits is None else pa.py_buffer(bits), offsets, pa.py_buffer(letters)]
    )
