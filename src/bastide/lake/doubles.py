"""Rows that are in the lake already, by the table's identity (CloudTrail's eventID).

One idea: 64-bit hashes of the identities of the partitions that a run touches are kept (8 bytes a row); only where a
hash comes twice are the identities themselves compared and the file written again without the doubles.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import numpy
from numpy.typing import NDArray

from bastide.lake.catalog import Lake, Scope
from bastide.lake.convert import ROW_GROUP, connect
from bastide.lake.table import Table

Hashes = NDArray[numpy.uint64]
_EMPTY: Hashes = numpy.empty(0, numpy.uint64)


class Seen:
    """What a run has seen; one for a run, under the lake's lock."""

    def __init__(self, lake: Lake) -> None:
        """Nothing seen but what the lake holds."""
        self._lake = lake
        self._hashes: dict[tuple[str, str], Hashes] = {}
        self._files: dict[tuple[str, str], list[Path]] = {}

    def drop(self, table: Table, files: Sequence[Path]) -> int:
        """Rewrite (or delete) the files that hold rows seen before, in them or in the lake. The number dropped."""
        if not table.identity:
            return 0
        with connect(memory_mb=1500) as connection:
            return sum(self._drop(connection, table, file) for file in files)

    def _drop(self, connection: duckdb.DuckDBPyConnection, table: Table, file: Path) -> int:
        place = (table.name, "/".join(file.parts[-3:-1]))
        before = self._before(connection, table, place)
        mine = hashes(connection, table, [file])
        unique = numpy.unique(mine)
        again = numpy.isin(unique, before, assume_unique=True)
        dropped = 0
        if len(unique) < len(mine) or again.any():
            dropped = _rewrite(connection, table, file, self._files[place])
        self._hashes[place] = numpy.union1d(before, unique)
        if file.exists():
            self._files[place].append(file)
        return dropped

    def _before(self, connection: duckdb.DuckDBPyConnection, table: Table, place: tuple[str, str]) -> Hashes:
        if place not in self._hashes:
            day, account = (part.partition("=")[2] for part in place[1].split("/"))
            if day.startswith("__"):  # rows without a time
                files = [Path(path) for path in self._lake.files(table.name) if f"/{place[1]}/" in path]
            else:
                moment = date.fromisoformat(day)
                files = [Path(path) for path in self._lake.files(table.name, Scope(moment, moment, (account,)))]
            self._files[place] = files
            self._hashes[place] = numpy.unique(hashes(connection, table, files)) if files else _EMPTY
        return self._hashes[place]


def hashes(connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[Path]) -> Hashes:
    """A hash of each row's identity, rows without one left out."""
    query = f"SELECT hash({_columns(table)}) AS h FROM read_parquet($1, hive_partitioning = false)"
    names = [str(file) for file in files]
    found = connection.execute(f"{query} WHERE {_has_identity(table)}", [names]).fetchnumpy()["h"]
    return numpy.asarray(found, numpy.uint64)


def _rewrite(connection: duckdb.DuckDBPyConnection, table: Table, file: Path, before: Sequence[Path]) -> int:
    """Write the file again without rows whose identity is in `before` or earlier in the file. The number left out."""
    key, has = _columns(table), _has_identity(table)
    old = "false"
    if before:
        names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in before)
        old = f"({key}) IN (SELECT ({key}) FROM read_parquet([{names}], hive_partitioning = false) WHERE {has})"
    source = "'" + str(file).replace("'", "''") + "'"
    order = ", ".join(f'"{name}"' for name in table.sort)
    part = file.with_suffix(".part")
    connection.execute(
        f"COPY (SELECT * FROM read_parquet({source}, hive_partitioning = false) WHERE NOT ({has}) OR NOT ({old}) "
        f'QUALIFY NOT ({has}) OR row_number() OVER (PARTITION BY {key} ORDER BY "sourceFile") = 1 ORDER BY {order}) '
        f"TO '{str(part).replace(chr(39), chr(39) * 2)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
    )
    had, left = (
        int(
            connection.execute(
                "SELECT count(*) FROM read_parquet($1, hive_partitioning = false)", [str(path)]
            ).fetchall()[0][0]
        )
        for path in (file, part)
    )
    if left:
        part.replace(file)
    else:
        part.unlink()
        file.unlink()
    return had - left


def _columns(table: Table) -> str:
    return ", ".join(f'"{name}"' for name in table.identity)


def _has_identity(table: Table) -> str:
    return " AND ".join(f'"{name}" IS NOT NULL' for name in table.identity)
