"""Rows in Arrow's columns into Parquet files, one a partition.

One idea: the rows come sorted by day and account, so a partition is a slice and its file is written without a copy.
Files lie beside the tables in a folder of the batch's name and belong to nobody until the catalogue has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy
import pyarrow as pa
import pyarrow.parquet
from numpy.typing import NDArray

from bastide.lake.table import Table

ROW_GROUP = 131_072
BATCH = 8_192  # rows: for each batch of a column the writer looks at the whole dictionary again
LEVEL = 1  # of zstd: on CloudTrail 3 is slower and, after these encodings, not even smaller
# Texts that are seldom twice in a file: lengths apart from letters compress better than a dictionary that fills up.
_SELDOM = ("requestID", "errorMessage")
_REPEATED = {"userIdentity", "tlsDetails"}  # JSON that is
ARROW_TYPES = {
    "string": pa.string(),
    "json": pa.string(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}
Hashes = NDArray[numpy.uint64]
_DAY = 86_400_000_000  # microseconds
_EPOCH = date(1970, 1, 1)
_NO_DAY = numpy.iinfo(numpy.int64).min
_CLIPPED = 256  # bytes of an identity that are looked at
_SALT = numpy.arange(1, 33, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)  # one for each word
_MIX = (numpy.uint64(0x9E3779B97F4A7C15), numpy.uint64(0xC2B2AE3D27D4EB4F))


@dataclass(frozen=True, slots=True)
class Written:
    """A Parquet file of one partition. `hashes`: of the rows' identities, those without one left out."""

    path: Path
    rows: int
    day: date | None
    account: str
    hashes: Hashes = field(default_factory=lambda: numpy.empty(0, numpy.uint64))


def arrow_schema(table: Table) -> pa.Schema:
    """The columns of a table as Arrow has them."""
    return pa.schema([(column.name, ARROW_TYPES[column.type]) for column in table.columns])


def write_partitions(table: Table, rows: pa.Table, out: Path, batch: str, part: str = "") -> list[Written]:
    """The files made of `rows` (the table's columns, sorted by day and account), under `out`/`batch`.

    Their names begin with `part`. Columns of texts may be dictionaries.
    Raises OSError when they cannot be written.
    """
    folder = out / batch
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, (day, account, mine) in enumerate(_partitions(table, rows)):
        path = folder / f"{part}{number:04}.parquet"
        write_file(table, mine, path)
        written.append(Written(path, mine.num_rows, day, account, identity_hashes(table, mine)))
    return written


def write_file(table: Table, rows: pa.Table, path: Path) -> None:
    """One file. Raises OSError when it cannot be written."""
    seldom = {column.name for column in table.columns if column.type == "json"} - _REPEATED
    seldom |= {*table.identity, *_SELDOM} & set(rows.schema.names)
    times = {column.name for column in table.columns if column.type == "timestamp"}
    pyarrow.parquet.write_table(
        rows,
        path,
        compression="zstd",
        compression_level=LEVEL,
        row_group_size=ROW_GROUP,
        write_batch_size=BATCH,
        use_dictionary=[name for name in rows.schema.names if name not in seldom | times],
        column_encoding=dict.fromkeys(seldom, "DELTA_LENGTH_BYTE_ARRAY") | dict.fromkeys(times, "DELTA_BINARY_PACKED"),
        store_schema=False,  # whoever reads it gets texts, not pyarrow's dictionaries
    )


def _partitions(table: Table, rows: pa.Table) -> Iterator[tuple[date | None, str, pa.Table]]:
    if not rows.num_rows:
        return
    times = rows[table.time].cast(pa.int64()).fill_null(_NO_DAY).to_numpy()
    days = numpy.where(times == _NO_DAY, _NO_DAY, times // _DAY)
    accounts = rows["account"].combine_chunks()
    if not pa.types.is_dictionary(accounts.type):
        accounts = accounts.dictionary_encode()
    names, codes = accounts.dictionary.to_pylist(), accounts.indices.to_numpy()
    changes = numpy.flatnonzero((days[1:] != days[:-1]) | (codes[1:] != codes[:-1])) + 1
    starts = [0, *changes.tolist()]
    for start, end in zip(starts, [*starts[1:], rows.num_rows], strict=True):
        day = None if days[start] == _NO_DAY else _EPOCH + timedelta(days=int(days[start]))
        yield day, names[codes[start]], _own_dictionaries(rows.slice(start, end - start))


def _own_dictionaries(rows: pa.Table) -> pa.Table:
    """With dictionaries of the values that these rows have: Parquet would write all others, too."""
    return pa.table({name: _own_dictionary(rows[name].combine_chunks()) for name in rows.schema.names})


def _own_dictionary(column: Any) -> Any:
    if not pa.types.is_dictionary(column.type):
        return column
    if column.null_count == len(column):
        return pa.nulls(len(column), column.type.value_type)
    codes = place_codes(column)
    used = numpy.zeros(len(column.dictionary) + 1, bool)
    used[codes] = True
    places = numpy.cumsum(used, dtype=numpy.int32) - numpy.int32(1)
    own = column.dictionary.take(pa.array(numpy.flatnonzero(used[:-1])))
    mask = codes == len(column.dictionary) if column.null_count else None
    return pa.DictionaryArray.from_arrays(pa.array(places[codes], pa.int32(), mask=mask), own)


def place_codes(column: pa.DictionaryArray) -> Any:
    """Each row's place in the dictionary (numbers); for a null the place after its end."""
    numbers = numpy.frombuffer(column.indices.buffers()[1], numpy.int32)
    numbers = numbers[column.offset : column.offset + len(column)]
    if not column.null_count:
        return numbers
    return numpy.where(column.is_valid().to_numpy(zero_copy_only=False), numbers, len(column.dictionary))


def identity_hashes(table: Table, rows: pa.Table) -> Hashes:
    """A 64-bit hash of each row's identity, rows without one left out; empty when the table's rows have none.

    Equal identities have equal hashes in every process and batch.
    """
    columns: list[Any] = [rows[name].combine_chunks() for name in table.identity]
    if not columns:
        return numpy.empty(0, numpy.uint64)
    known = numpy.logical_and.reduce([column.is_valid().to_numpy(zero_copy_only=False) for column in columns])
    total: Hashes = numpy.zeros(int(known.sum()), numpy.uint64)
    for column in columns:
        total = _mixed(total ^ _hash(_words(column if known.all() else column.filter(pa.array(known)))))
    return total


def _words(column: Any) -> Hashes:
    """The texts (none null) as rows of 64-bit words, zeros after their ends."""
    if pa.types.is_string(column.type) and len(column):
        ends = numpy.frombuffer(column.buffers()[1], numpy.int32)[column.offset : column.offset + len(column) + 1]
        sizes = ends[1:] - ends[:-1]
        if sizes[0] and sizes[0] <= _CLIPPED and (sizes == sizes[0]).all():  # ids, as a rule
            letters = numpy.frombuffer(column.buffers()[2], numpy.uint8)[ends[0] : ends[-1]]
            padded = numpy.zeros((len(column), -(-int(sizes[0]) // 8) * 8), numpy.uint8)
            padded[:, : sizes[0]] = letters.reshape(len(column), -1)
            return padded.view(numpy.uint64)
    texts = [_clipped(str(value).encode()) for value in column.to_pylist()]
    width = -(-max(1, *map(len, texts), 1) // 8)
    return numpy.array(texts, f"S{width * 8}").view(numpy.uint64).reshape(len(texts), width)


def _clipped(text: bytes) -> bytes:
    """An absurd id must not make everybody's as long: its ends stand for it."""
    return text if len(text) <= _CLIPPED else text[: _CLIPPED // 2] + text[-_CLIPPED // 2 :]


def _hash(words: Hashes) -> Hashes:
    total = numpy.zeros(len(words), numpy.uint64)
    # Trailing zero words change nothing, so the width, which differs from batch to batch, does not matter.
    for number in range(words.shape[1]):
        word = words[:, number]
        total ^= numpy.where(word == 0, word, _mixed(word ^ _SALT[number]))
    return total


def _mixed(words: Hashes) -> Hashes:
    words = (words ^ (words >> numpy.uint64(31))) * _MIX[0]
    words = (words ^ (words >> numpy.uint64(29))) * _MIX[1]
    return words ^ (words >> numpy.uint64(32))
