"""JSON records of logs: cut out of whatever stands around them, and laid out as rows.

One idea: a record is a mapping of names to bytes that nobody needs to understand; only the first bytes of a value are
looked at to tell whether it fits its column. What has no column, or does not fit, goes to `rest` as it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from msgspec import Raw

from bastide.ingest.encoding import is_replaced, paired, readable
from bastide.ingest.kinds import NotThisKindError
from bastide.ingest.times import CLOCK, DAY

_MARK = b"\xef\xbb\xbf"
Form = Literal["string", "int", "double", "boolean", "json", "digits", "time", "millis"]
Fields = dict[str, Raw]
encode = msgspec.json.Encoder().encode

_FIELDS = msgspec.json.Decoder(Fields)
_ARRAY = msgspec.json.Decoder(list[Raw])
_INT = re.compile(rb"-?(?:0|[1-9]\d{0,17})")
_DOUBLE = re.compile(rb"-?(?:0|[1-9]\d{0,17})(?:\.\d+)?(?:[eE][-+]?\d{1,3})?")
_MILLIS = re.compile(rb"-?(?:0|[1-9]\d{0,13})")
_MORE = re.compile(r"\S")
_DIGITS = re.compile(rb'"(?:0|[1-9]\d{0,17})"')
# A time in UTC, and how long its fraction is tells the forms apart.
TIME = re.compile(rb'"%bT%b(\.\d{1,9})?Z"' % (DAY, CLOCK))


def is_json(head: bytes) -> bool:
    """Whether the content begins like JSON records."""
    return head[:4096].removeprefix(_MARK).lstrip()[:1] in (b"{", b"[")


def split(data: bytes, envelope: Iterable[str] = ()) -> list[bytes]:
    """The records in a file: one, an array, one a line, one after the other; or the array under an `envelope` name.

    Each is on one line; what is no Unicode is replaced. Raises NotThisKindError that names the line that is no JSON.
    """
    names = tuple(envelope)
    data = paired(readable(data)[0])
    found = [record for document in _documents(data) for record in _opened(document, names)]
    if b"\n" in data.strip():
        found = [msgspec.json.format(record, indent=-1) if b"\n" in record else record for record in found]
    return found


def _opened(document: bytes, names: tuple[str, ...]) -> list[bytes]:
    start = document[:1]
    try:
        if start == b"[":
            return [bytes(record) for record in _ARRAY.decode(document)]
        if names and start == b"{":
            fields = _FIELDS.decode(document)
            inner = next((fields[name] for name in names if name in fields), None)
            if inner is not None:
                return [bytes(record) for record in _ARRAY.decode(inner)]
    except msgspec.MsgspecError as wrong:
        raise NotThisKindError(f"no records: {wrong}") from wrong
    return [document]


def _documents(data: bytes) -> list[bytes]:
    data = data.removeprefix(_MARK).strip()
    try:
        msgspec.json.decode(data, type=Raw)
        return [data] if data else []
    except msgspec.MsgspecError as wrong:
        lines = [(number, line.strip()) for number, line in enumerate(data.split(b"\n"), start=1) if line.strip()]
        if len(lines) < 2 or not _is_json(lines[0][1]):
            return _one_after_the_other(data, wrong)
    found: list[bytes] = []
    for number, line in lines:
        if _is_json(line):
            found.append(line)
        else:
            try:
                found += _one_after_the_other(line, ValueError("no JSON"))
            except NotThisKindError as wrong:
                raise NotThisKindError(f"line {number}: no JSON") from wrong
    return found


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def _one_after_the_other(data: bytes, wrong: Exception) -> list[bytes]:
    """The documents of `{…}{…}`, as Firehose writes them."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise NotThisKindError(f"no JSON: {wrong}") from wrong
    found, at, decoder = [], 0, json.JSONDecoder()
    try:
        while at < len(text):
            _, end = decoder.raw_decode(text, at)
            found.append(text[at:end].encode())
            at = len(text) if (more := _MORE.search(text, end)) is None else more.start()
    except json.JSONDecodeError as here:
        raise NotThisKindError(f"line {here.lineno}: no JSON: {here.msg}") from here
    return found


def parse_fields(record: bytes | Raw) -> Fields | None:
    """The record's fields as they are written; None when it is no object."""
    try:
        return _FIELDS.decode(record)
    except msgspec.MsgspecError:
        return None


def object_of(value: Raw | bytes | None) -> Fields:
    """The fields of a JSON object; none for anything else."""
    return (parse_fields(value) if value is not None else None) or {}


@dataclass(slots=True)
class Row:
    """A row in the making."""

    columns: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)

    def render(self) -> bytes:
        """The row as a line."""
        more: dict[str, Any] = {}
        if self.rest:
            more["rest"] = self.rest
        if self.flags:
            more["flags"] = ",".join(self.flags)
        return encode(self.columns | more)


@dataclass(frozen=True)
class Shape:
    """Which fields have a column of their own, in which form; `fraction` is the number of digits after the second.

    A value of another form than the log's own, and yet one that the column can hold, is in the column and in `rest`.
    """

    forms: Mapping[str, Form]
    fraction: int = 0
    rename: Mapping[str, str] = field(default_factory=dict)

    def lay_out(self, fields: Fields, row: Row) -> Row:
        """Put the fields where they belong in `row`, and return it. A null is in `rest`, as no column can tell it."""
        replaced = False
        for name, value in fields.items():
            form = self.forms.get(name)
            bare = bytes(value)
            replaced = replaced or is_replaced(bare)
            why = "unknown" if form is None else "null" if bare == b"null" else self._misfit(form, bare)
            if why in ("", "form"):
                row.columns[self.rename.get(name, name)] = value
            if why:
                row.rest[name] = value
                if why != "null":
                    row.flags.append(f"{why}:{name}")
        if replaced:
            row.flags.append("encoding")
        return row

    def _misfit(self, form: Form, value: bytes) -> str:
        if form == "time":
            found = TIME.fullmatch(value)
            if found:
                return "" if len(found[1] or b".") - 1 == self.fraction else "form"
            return "form" if value[:1] == b'"' else "type"
        if form == "digits":
            return "" if _DIGITS.fullmatch(value) else "form" if _INT.fullmatch(value) else "type"
        return "" if _FITS[form](value) else "type"


_FITS: dict[str, Callable[[bytes], object]] = {
    "string": lambda value: value[:1] == b'"',
    "int": _INT.fullmatch,
    "double": _DOUBLE.fullmatch,
    "millis": _MILLIS.fullmatch,
    "boolean": lambda value: value in (b"true", b"false"),
    "json": lambda value: value[:1] in (b"{", b"["),
}
READS: dict[str, str] = {
    "string": "VARCHAR", "int": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN", "json": "JSON",
    "digits": "VARCHAR", "time": "VARCHAR", "millis": "BIGINT",
}  # fmt: skip


def read_types(shape: Shape, constants: Iterable[str]) -> dict[str, str]:
    """What `Kind.read` must be for rows of this shape."""
    forms = {shape.rename.get(name, name): READS[form] for name, form in shape.forms.items()}
    return forms | dict.fromkeys([*constants, "flags"], "VARCHAR") | {"rest": "JSON"}
