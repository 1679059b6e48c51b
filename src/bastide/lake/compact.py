"""Small files of a partition into one; old snapshots and files that belong to nobody off the disk.

One idea: what compaction writes is the same rows, sorted once, in a commit that takes the old files out and puts the
new ones in; a kill before it leaves files that nobody knows, which ``expire`` finds since no snapshot names them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa

from bastide.lake.catalog import DataFile, Lake
from bastide.lake.doubles import keep_first
from bastide.lake.parquet import arrow_schema, write_file
from bastide.lake.table import Table, read_tables

SMALL = 64_000_000  # bytes: files at least as large are left alone
_ROWS = 1_000_000  # of one new file at most


@dataclass(frozen=True, slots=True)
class Compacted:
    """What compaction did, or would do, to a table: files before and after in the partitions it touched."""

    table: str
    before: int
    after: int
    rows: int
    doubles: int


def compact(lake: Lake, stamp: str, names: Sequence[str], *, dry_run: bool = False) -> list[Compacted]:
    """Merge the small files of every partition, a commit a table. The caller holds the lock; `stamp` names the files.

    Raises OSError on a full disk, having changed nothing of the table.
    """
    return [_compact(lake, read_tables()[name], stamp, dry_run) for name in names if name in read_tables()]


def _compact(lake: Lake, table: Table, stamp: str, dry_run: bool) -> Compacted:
    groups = list(_groups(lake.data_files(table.name)))
    before = sum(map(len, groups))
    if dry_run or not groups:
        return Compacted(table.name, before, len(groups), sum(file.rows for group in groups for file in group), 0)
    folder = lake.data / table.name / f"{stamp}-compact"
    folder.mkdir(parents=True, exist_ok=True)
    new: list[Path] = []
    rows = doubles = 0
    for number, group in enumerate(groups):
        merged, dropped = merge(table, [lake.read_file(file.path) for file in group])
        path = folder / f"{number:04}.parquet"
        write_file(table, merged, path)
        new.append(path)
        rows += merged.num_rows
        doubles += dropped
    lake.replace(table, [file.path for group in groups for file in group], new)
    return Compacted(table.name, before, len(new), rows, doubles)


def merge(table: Table, parts: Sequence[pa.Table]) -> tuple[pa.Table, int]:
    """The rows of all parts in the table's order, and how many doubles were dropped."""
    schema = arrow_schema(table)
    together = pa.concat_tables([_fitted(part, schema) for part in parts])
    order = [(name, "ascending") for name in (*table.sort, "sourceFile")]
    kept, dropped = (
        keep_first(table, together.sort_by(order), set()) if table.identity else (together.sort_by(order), [])
    )
    return kept, len(dropped)


def _fitted(part: pa.Table, schema: pa.Schema) -> pa.Table:
    """With the columns of today, null where the file is older than they are."""
    columns = [
        part[field.name].cast(field.type) if field.name in part.schema.names else pa.nulls(part.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _groups(files: Sequence[DataFile]) -> Iterator[list[DataFile]]:
    """Small files of one partition, two or more, that make one new file."""
    partitions: dict[tuple[date | None, str], list[DataFile]] = {}
    for file in files:
        if file.bytes < SMALL:
            partitions.setdefault((file.day, file.account), []).append(file)
    for _, mine in sorted(partitions.items(), key=lambda one: (one[0][0] or date.min, one[0][1])):
        group: list[DataFile] = []
        for file in sorted(mine, key=lambda one: one.path):
            if group and sum(one.rows for one in group) + file.rows > _ROWS:
                if len(group) > 1:
                    yield group
                group = []
            group.append(file)
        if len(group) > 1:
            yield group


@dataclass(frozen=True, slots=True)
class Expired:
    """What expiry removed, or would remove: snapshots, and files with their bytes."""

    table: str
    snapshots: int
    files: int
    bytes: int


def expire(lake: Lake, before: datetime, names: Sequence[str], *, dry_run: bool = False) -> list[Expired]:
    """Forget snapshots older than `before` (never the newest) and remove files that no snapshot names any more.

    The caller holds the lock and has recovered what a killed ingest left.
    """
    return [_expire(lake, name, before, dry_run) for name in names]


def _expire(lake: Lake, name: str, before: datetime, dry_run: bool) -> Expired:
    old = lake.old_snapshots(name, before)
    if old and not dry_run:
        lake.forget_snapshots(name, old)
    orphans = lake.orphans(name, without=old)
    size = sum(path.stat().st_size for path in orphans)
    if not dry_run:
        for path in orphans:
            path.unlink(missing_ok=True)
        _remove_empty(lake.data / name)
    return Expired(name, len(old), len(orphans), size)


def _remove_empty(root: Path) -> None:
    for folder in sorted((path for path in root.rglob("*") if path.is_dir()), reverse=True) if root.is_dir() else ():
        if not any(folder.iterdir()):
            folder.rmdir()
