"""Flow records into the columns of their table: whole columns at once, or row by row where something is odd.

One idea: a file whose every value has its column's form is cut by Arrow's CSV reader and cast column by column, which
costs a fifth of looking at each line; any other file goes line by line and gives the same columns.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from bastide.ingest.kinds.forms.delimited import Field
from bastide.lake.parquet import arrow_schema
from bastide.lake.table import Table

_DAY = 86_400_000_000  # microseconds
_LAST = numpy.iinfo(numpy.int64).max
_FORMS = {
    "int": "^(?:0|-?[1-9][0-9]{0,8})$",
    "bigint": "^(?:0|-?[1-9][0-9]{0,17})$",
    "epoch": "^(?:0|[1-9][0-9]{0,10})$",
}
_TYPES = {"int": pa.int32(), "bigint": pa.int64(), "epoch": pa.int64(), "word": pa.string()}
_ROW = msgspec.json.Decoder(dict[str, Any])
_ENCODE = msgspec.json.Encoder().encode


def cut(data: bytes, names: Sequence[str]) -> pa.Table | None:
    """The lines' fields as columns of text; None when a line has another number of them, or something is no UTF-8."""
    if b"\r" in data or not data:
        return None
    try:
        return pyarrow.csv.read_csv(
            io.BytesIO(data),
            pyarrow.csv.ReadOptions(use_threads=False, column_names=list(names)),
            pyarrow.csv.ParseOptions(delimiter=" ", quote_char=False, double_quote=False, escape_char=False),
            pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None


def cast(texts: pa.Table, fields: Iterable[Field]) -> dict[str, Any] | None:
    """The table's columns from texts whose `-` is null; None when a value has not its column's form."""
    columns: dict[str, Any] = {}
    for one in fields:
        text = texts[one.label]
        values = pc.if_else(pc.equal(text, "-"), pa.scalar(None, pa.string()), text)
        if one.form in _FORMS and not pc.all(pc.match_substring_regex(values, _FORMS[one.form]), min_count=0).as_py():
            return None
        columns[one.column] = values.cast(_TYPES[one.form])
    return columns


def gather(rows: Sequence[bytes], fields: Iterable[Field]) -> dict[str, Any]:
    """The same columns from rows that were taken apart line by line, `rest` and `flags` among them."""
    decoded = [_ROW.decode(row) for row in rows]
    columns: dict[str, Any] = {}
    for one in fields:
        texts = (row.get(one.column) for row in decoded)
        values = [None if text in (None, "-") else text if one.form == "word" else int(text) for text in texts]
        columns[one.column] = pa.array(values, _TYPES[one.form])
    columns["rest"] = pa.array(
        [_ENCODE(row["rest"]).decode() if "rest" in row else None for row in decoded], pa.string()
    )
    columns["flags"] = pa.array([row.get("flags") for row in decoded], pa.string())
    return columns


def assemble(table: Table, columns: Mapping[str, Any], constants: Mapping[str, str], rows: int) -> pa.Table:
    """The table's rows: columns in their order, what a file says of all its rows, and what its key says."""
    found = dict(columns)
    for name, key in (("account", "account_id"), ("region", "region")):
        constant = constants[f"_{name}"] or ("unknown" if name == "account" else None)
        fallback = pa.scalar(constant, pa.string())
        found[name] = pc.coalesce(found[key], fallback) if key in found else pa.repeat(fallback, rows)
    found |= {name: pa.repeat(pa.scalar(constants[name]), rows) for name in ("fields", "sourceFile")}
    schema = arrow_schema(table)
    return pa.table([_typed(found.get(one.name), one.type, rows) for one in schema], schema=schema)


def _typed(values: Any, kind: pa.DataType, rows: int) -> Any:
    if values is None:
        return pa.nulls(rows, kind)
    seconds = pa.types.is_timestamp(kind) and pa.types.is_int64(values.type)
    return values.cast(pa.timestamp("s", "UTC")).cast(kind) if seconds else values.cast(kind)


def in_order(table: Table, rows: pa.Table) -> pa.Table:
    """The rows by day, account and the table's own order."""
    day = pc.divide(rows[table.time].cast(pa.int64()), _DAY)
    keys = [day, *(rows[name] for name in ("account", *table.sort))]
    order = pa.array(numpy.lexsort([_ranks(key) for key in reversed(keys)]))
    columns = [values if _is_constant(values) else values.take(order) for values in rows.columns]
    return pa.table(columns, schema=rows.schema)


def _ranks(values: pa.ChunkedArray) -> Any:
    """Numbers that are in the order of the values, nulls last: numbers sort four times as fast as texts."""
    if not pa.types.is_string(values.type):
        return values.cast(pa.int64()).fill_null(_LAST).to_numpy()
    coded = values.combine_chunks().dictionary_encode()
    ranks = numpy.empty(len(coded.dictionary) + 1, numpy.int64)
    ranks[pc.sort_indices(coded.dictionary).to_numpy()] = numpy.arange(len(coded.dictionary))
    ranks[-1] = len(coded.dictionary)
    return ranks[coded.indices.fill_null(len(coded.dictionary)).to_numpy()]


def _is_constant(values: pa.ChunkedArray) -> bool:
    """Whether all values are the same, so that their order does not matter."""
    if values.null_count:
        return bool(values.null_count == len(values))
    ends = pc.min_max(values)
    return bool(ends["min"].equals(ends["max"]))
