"""Flow logs of network interfaces and of transit gateways: text with or without a header, wrapped, or Parquet.

One idea: the header names the fields; a file without one has the default format of its kind, or is not this kind. In
Parquet and in the tables a field's name has `_` for `-`. It knows no field: the tables and the kinds do.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from bastide.ingest.inflate import LIMIT
from bastide.ingest.kinds import Kind, NotThisKindError, Rendered
from bastide.ingest.kinds.forms import cloudwatch
from bastide.ingest.kinds.forms.delimited import Field, Layout, column, decode, lines_of
from bastide.ingest.kinds.forms.flow_columns import assemble, cast, cut, gather, in_order
from bastide.ingest.source import Item
from bastide.lake.parquet import arrow_schema
from bastide.lake.table import read_tables

_FORMS = {"string": "word", "int": "int", "bigint": "bigint", "timestamp": "epoch"}
# Columns of ours that are no fields of the log.
_OWN = {"account", "fields", "rest", "flags", "sourceFile"}
# Of every flow log that has a header, at least so many names are fields of the documentation.
_ENOUGH = 2
_MOST_ROWS = 20_000_000


@dataclass(frozen=True)
class Flow:
    """A kind of flow log: its table, its default format, and a line of it."""

    name: str
    table: str
    default: str
    default_line: re.Pattern[bytes]
    marks: frozenset[str]
    rank: int

    def labels(self) -> dict[str, Field]:
        """The documented fields by their name."""
        columns = [one for one in read_tables()[self.table].columns if one.name not in _OWN]
        return {label: Field(label, one.name, _FORMS[one.type]) for one in columns for label in (_label(one.name),)}

    def detect(self, _: str, head: bytes) -> bool:
        """By the header's names, by a line of the default format, or by the columns of a Parquet file."""
        if head[:4] == b"PAR1":
            names = _parquet_names(head)
            return names is not None and self._knows([_label(name) for name in names])
        inner = cloudwatch.peek(head)
        if inner is not None:
            return bool(self.default_line.fullmatch(inner.strip().encode()))
        line = next((line for _, line in lines_of(head[:8192])), b"")
        return bool(self.default_line.fullmatch(line)) or self._knows(decode(line)[0].split())

    def _knows(self, names: Sequence[str]) -> bool:
        known = self.labels()
        found = {name for name in names if name in known}
        return bool(found & self.marks) and len(found) >= _ENOUGH

    def read(self, data: bytes, item: Item) -> tuple[pa.Table, int]:
        """The rows as the table's columns, and how many have a flag.

        Raises NotThisKindError when there are lines and none has the fields of the header.
        """
        constants = {"_account": item.account, "_region": item.region, "sourceFile": item.address}
        if data[:4] == b"PAR1":
            return self._columns(self._texts(data), None, constants)
        if cloudwatch.peek(data[: 64 * 1024]) is not None:
            messages = cloudwatch.read_messages(data, item)
            owners = {message.owner for message in messages if message.owner}
            if len(owners) == 1:
                constants["_account"] = owners.pop()
            data = cloudwatch.joined(messages)
        number, first = next(lines_of(data), (0, b""))
        names = decode(first)[0].split()
        if not self._knows(names):
            return self._columns(self.default.split(), data, constants)
        _, _, body = data.lstrip().partition(b"\n")
        return self._columns(names, body, constants, number)

    def _columns(
        self, names: Sequence[str] | pa.Table, data: bytes | None, constants: dict[str, str], before: int = 0
    ) -> tuple[pa.Table, int]:
        """The rows of lines, `before` of which stand above them, or of a table of texts."""
        texts = None
        if isinstance(names, pa.Table):
            texts, names = names, names.column_names
        layout = self._layout(names)
        constants["fields"] = " ".join(names)
        texts = cut(data, names) if data is not None else texts
        columns = cast(texts, layout.fields) if texts is not None and not layout.unknown else None
        odd = 0
        if columns is None:
            rows = _lines(layout, data, before) if data is not None else list(_rows(layout, texts))
            odd = sum(b'"flags":' in row for row in rows)
            columns = gather(rows, layout.known)
        number = len(next(iter(columns.values())))
        return assemble(read_tables()[self.table], columns, constants, number), odd

    def _layout(self, names: Sequence[str]) -> Layout:
        known = self.labels()
        if len(set(names)) < len(names):
            raise NotThisKindError("line 1: the header names a field twice")
        fields = [known.get(name, Field(name, column(name), "word")) for name in names]
        return Layout(fields, {}, (one.column for one in known.values()))

    def _texts(self, data: bytes) -> pa.Table:
        """A Parquet file's columns as the text log has them: a null is `-`; times are in seconds since 1970."""
        try:
            file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
            groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
            if file.metadata.num_rows > _MOST_ROWS or sum(group.total_byte_size for group in groups) > LIMIT:
                raise NotThisKindError("the Parquet file holds more than one file may")
            found = file.read()
            return pa.table({_label(name): _as_text(found[name]) for name in found.column_names})
        except (pa.ArrowException, OSError) as wrong:
            raise NotThisKindError(f"the Parquet file cannot be read: {wrong}") from wrong

    def kind(self) -> Kind:
        """The kind that `bastide.ingest.kinds` walks."""
        return Kind(self.name, self.table, self.detect, gather=lambda _: Flows(self), rank=self.rank)


class Flows:
    """The records of many files."""

    def __init__(self, flow: Flow) -> None:
        """Nothing yet."""
        self._flow = flow
        self._tables: list[pa.Table] = [arrow_schema(read_tables()[flow.table]).empty_table()]

    def add(self, data: bytes, item: Item) -> Rendered:
        """See Gathering."""
        found, odd = self._flow.read(data, item)
        self._tables.append(found)
        return Rendered(b"", found.num_rows, odd)

    def table(self) -> pa.Table:
        """See Gathering."""
        return in_order(read_tables()[self._flow.table], pa.concat_tables(self._tables))


def _label(name: str) -> str:
    return name.replace("_", "-")


def _parquet_names(data: bytes) -> list[str] | None:
    try:
        return list(pyarrow.parquet.read_schema(io.BytesIO(data)).names)
    except (pa.ArrowException, OSError):
        return None


def _lines(layout: Layout, data: bytes, before: int) -> list[bytes]:
    """The rows of lines, each looked at; a header that comes again, where files were put together, is left out.

    A line with more or fewer fields is kept whole, with its number, and flagged `form`.
    """
    rows, strange = [], []
    header = " ".join(one.label for one in layout.fields).encode()
    for number, line in lines_of(data):
        if line == header:
            continue
        row = layout.render(line)
        if row is None:
            text, flags = decode(line)
            values = text.split(" ")
            if len(values) == len(layout.fields):
                row = layout.mend(values, flags)
            else:
                strange.append(f"line {number + before} has {len(values)} fields")
                row = layout.keep(text, number + before, flags)
        rows.append(row)
    if strange and len(strange) == len(rows):
        raise NotThisKindError(f"no line has the {len(layout.fields)} fields of the format: {strange[0]}")
    return rows


def _rows(layout: Layout, texts: pa.Table) -> Iterator[bytes]:
    """The rows of a table of texts, each looked at."""
    for values in zip(*(texts[name].to_pylist() for name in texts.column_names), strict=True):
        line = " ".join(values)
        row = layout.render(line.encode()) if line.count(" ") == len(values) - 1 else None
        yield layout.mend(values) if row is None else row


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
    texts = pc.fill_null(values.cast(pa.string()), "-")
    return pc.if_else(pc.equal(texts, ""), "-", texts)
