"""Flow logs of network interfaces and of transit gateways: text with or without a header, wrapped, or Parquet.

One idea: the header names the fields; a file without one has the default format of its kind, or is not this kind. In
Parquet and in the tables a field's name has `_` for `-`. It knows no field: the tables and the kinds do.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow
import pyarrow.parquet

from bastide.ingest import cloudwatch
from bastide.ingest.delimited import Field, Layout, column, decode, lines_of, read_types, select_columns
from bastide.ingest.inflate import LIMIT
from bastide.ingest.kinds import Kind, NotThisKindError, Rendered
from bastide.ingest.source import Item
from bastide.lake.table import read_tables

_FORMS = {"string": "word", "int": "int", "bigint": "bigint", "timestamp": "epoch"}
# Columns of ours that are no fields of the log.
_OWN = {"account", "fields", "rest", "flags", "sourceFile"}
# Of every flow log that has a header, at least so many names are fields of the documentation.
_ENOUGH = 2
_BATCH, _MOST_ROWS = 65_536, 20_000_000


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

    def render(self, data: bytes, item: Item) -> Rendered:
        """The rows. Raises NotThisKindError, which names a line that has not the fields of the header."""
        constants = {"_account": item.account, "_region": item.region, "sourceFile": item.address}
        if data[:4] == b"PAR1":
            return self._render_parquet(data, constants)
        if cloudwatch.peek(data[: 64 * 1024]) is not None:
            messages = cloudwatch.read_messages(data, item)
            owners = {message.owner for message in messages if message.owner}
            if len(owners) == 1:
                constants["_account"] = owners.pop()
            data = cloudwatch.joined(messages)
        lines = list(lines_of(data))
        names = self._header(lines[0][1]) if lines else None
        return self._render_lines(lines[1:] if names else lines, names or self.default.split(), constants)

    def _header(self, line: bytes) -> list[str] | None:
        names = decode(line)[0].split()
        return names if self._knows(names) else None

    def layout(self, names: Sequence[str], constants: Mapping[str, str]) -> Layout:
        """The layout of a format."""
        known = self.labels()
        fields = [known.get(name, Field(name, column(name), "word")) for name in names]
        if len(set(names)) < len(names):
            raise NotThisKindError("line 1: the header names a field twice")
        return Layout(fields, {**constants, "fields": " ".join(names)}, (one.column for one in known.values()))

    def _render_lines(
        self, lines: Sequence[tuple[int, bytes]], names: Sequence[str], constants: Mapping[str, str]
    ) -> Rendered:
        layout = self.layout(names, constants)
        render, rows, odd = layout.render, [], 0
        for number, line in lines:
            row = render(line)
            if row is None:
                text, flags = decode(line)
                values = text.split(" ")
                if len(values) != len(names):
                    raise NotThisKindError(f"line {number} has {len(values)} fields, the format {len(names)}")
                row = layout.mend(values, flags)
                odd += 1
            rows.append(row)
        return Rendered(b"\n".join(rows), len(rows), len(rows) if layout.unknown else odd)

    def _render_parquet(self, data: bytes, constants: Mapping[str, str]) -> Rendered:
        try:
            file = pyarrow.parquet.ParquetFile(io.BytesIO(data))
            groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
            if file.metadata.num_rows > _MOST_ROWS or sum(group.total_byte_size for group in groups) > LIMIT:
                raise NotThisKindError("the Parquet file holds more than one file may")
            names = [_label(name) for name in file.schema_arrow.names]
            layout = self.layout(names, constants)
            rows: list[bytes] = []
            for batch in file.iter_batches(_BATCH):
                rows += _rows(layout, [_texts(values) for values in batch.columns])
        except (pyarrow.ArrowException, OSError) as wrong:
            raise NotThisKindError(f"the Parquet file cannot be read: {wrong}") from wrong
        return Rendered(b"\n".join(rows), len(rows), sum(b'"flags":' in row for row in rows))

    def kind(self) -> Kind:
        """The kind that `bastide.ingest.kinds` walks."""
        fields = self.labels().values()
        constants = ("_account", "_region", "fields", "sourceFile")
        select = select_columns(fields)
        select["account"] = "coalesce(nullif(account_id, '-'), nullif(_account, ''))"
        select["region"] = "coalesce(nullif(region, '-'), nullif(_region, ''))"
        return Kind(
            self.name, self.table, self.detect, self.render, read=read_types(fields, constants), select=select,
            rank=self.rank,
        )  # fmt: skip


def _label(name: str) -> str:
    return name.replace("_", "-")


def _parquet_names(data: bytes) -> list[str] | None:
    try:
        return list(pyarrow.parquet.read_schema(io.BytesIO(data)).names)
    except (pyarrow.ArrowException, OSError):
        return None


def _rows(layout: Layout, columns: Sequence[Sequence[str]]) -> Iterator[bytes]:
    for values in zip(*columns, strict=True):
        line = " ".join(values)
        row = layout.render(line.encode()) if line.count(" ") == len(values) - 1 else None
        yield layout.mend(values) if row is None else row


def _texts(values: pyarrow.Array) -> list[str]:
    """Values as the text log has them: a null is `-`; times are in seconds since 1970."""
    if pyarrow.types.is_timestamp(values.type):
        values = values.cast(pyarrow.timestamp("s"), safe=False).cast(pyarrow.int64())
    texts: list[str | None] = values.cast(pyarrow.string()).to_pylist()
    return [text or "-" for text in texts]
