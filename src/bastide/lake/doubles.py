"""Rows that are in the lake already, by the table's identity (CloudTrail's eventID).

One idea: 64-bit hashes of the identities of the partitions that a run touches are kept (8 bytes a row); only where a
hash comes twice are the identities themselves compared and the file written again without the doubles.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

from bastide.lake.catalog import Lake, Scope
from bastide.lake.parquet import Hashes, Written, identity_hashes, write_file
from bastide.lake.table import Table

_Place = tuple[str, date | None, str]


class Seen:
    """What a run has seen; one for a run, under the lake's lock."""

    def __init__(self, lake: Lake) -> None:
        """Nothing seen but what the lake holds."""
        self._lake = lake
        self._hashes: dict[_Place, Hashes] = {}
        self._files: dict[_Place, list[str]] = {}

    def drop(self, table: Table, files: Sequence[Written]) -> dict[str, int]:
        """Rewrite (or delete) the files that hold rows seen before, in them or in the lake.

        `sourceFile` → the number of its rows that were dropped.
        """
        dropped: dict[str, int] = {}
        self.look(table, files)
        for file in files if table.identity else ():
            for source in self._drop(table, file):
                dropped[source] = dropped.get(source, 0) + 1
        return dropped

    def _drop(self, table: Table, file: Written) -> list[str]:
        place = (table.name, file.day, file.account)
        before = self._hashes[place]
        unique = _different(file.hashes)
        again = numpy.isin(unique, before, assume_unique=True) if len(before) else numpy.zeros(0, bool)
        dropped: list[str] = []
        if len(unique) < len(file.hashes) or again.any():
            dropped = _rewrite(self._lake, table, file, self._files[place])
        self._hashes[place] = _different(numpy.concatenate([before, unique])) if len(before) else unique
        if file.path.exists():
            self._files[place].append(str(file.path))
        return dropped

    def look(self, table: Table, files: Sequence[Written]) -> None:
        """Read what the lake holds of partitions that are new to this run; best for many files: planning costs most."""
        wanted = files if table.identity else ()
        places = {(table.name, file.day, file.account) for file in wanted} - self._hashes.keys()
        days = [day for _, day, _ in places if day is not None]
        scopes = [Scope(min(days), max(days))] if days else []
        scopes += [Scope(no_time=True)] if any(day is None for _, day, _ in places) else []
        found: dict[_Place, list[str]] = {place: [] for place in places}
        for file in (one for scope in scopes for one in self._lake.data_files(table.name, scope)):
            if (table.name, file.day, file.account) in found:
                found[table.name, file.day, file.account].append(file.path)
        for place, paths in found.items():
            hashes = [identity_hashes(table, self._lake.read_file(path, table.identity)) for path in paths]
            self._files[place] = paths
            self._hashes[place] = _different(numpy.concatenate(hashes)) if hashes else numpy.empty(0, numpy.uint64)


def _different(hashes: Hashes) -> Hashes:
    """Sorted, each once."""
    ordered = numpy.sort(hashes)
    return ordered[numpy.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered


def leave_out(table: Table, files: Sequence[Written], sources: set[str]) -> dict[str, int]:
    """Rewrite (or delete) the files without rows of `sources`. `sourceFile` → the number of its rows left out."""
    dropped: dict[str, int] = {}
    for file in files if sources else ():
        rows = pyarrow.parquet.read_table(file.path)
        out = pc.is_in(rows["sourceFile"], pa.array(sorted(sources), pa.string()))
        for one in pc.value_counts(rows.filter(out)["sourceFile"]).to_pylist():
            dropped[one["values"]] = dropped.get(one["values"], 0) + one["counts"]
        _replace(table, file.path, rows.filter(pc.invert(out)))
    return dropped


def _replace(table: Table, path: Path, rows: pa.Table) -> None:
    if not rows.num_rows:
        path.unlink()
        return
    part = path.with_suffix(".part")
    write_file(table, rows, part)
    part.replace(path)


def _rewrite(lake: Lake, table: Table, file: Written, before: Sequence[str]) -> list[str]:
    """Write the file again without rows whose identity is in `before` or earlier in the file. Their sources."""
    rows = pyarrow.parquet.read_table(file.path)
    seen = {identity for path in before for identity in _identities(table, lake.read_file(path, table.identity))}
    kept, dropped = keep_first(table, rows, seen)
    if dropped:
        _replace(table, file.path, kept)
    return dropped


def keep_first(table: Table, rows: pa.Table, seen: set[tuple[object, ...]]) -> tuple[pa.Table, list[str]]:
    """The rows whose identity comes for the first time, and the sources of the others; `seen` grows by them."""
    kept: list[int] = []
    dropped: list[int] = []
    for number, identity in enumerate(_identities(table, rows)):
        known = bool(identity) and None not in identity
        if known and identity in seen:
            dropped.append(number)
            continue
        kept.append(number)
        if known:
            seen.add(identity)
    sources = rows["sourceFile"].take(pa.array(dropped, pa.int64())).to_pylist()
    return (rows.take(pa.array(kept, pa.int64())) if dropped else rows), [str(source) for source in sources]


def _identities(table: Table, rows: pa.Table) -> list[tuple[object, ...]]:
    if not table.identity:
        return [()] * rows.num_rows
    return list(zip(*(rows[name].to_pylist() for name in table.identity), strict=True))
