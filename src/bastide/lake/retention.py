"""What is older than its event data stores want leaves the lake.

One idea: files are looked at partition by partition, oldest first; a file of which nothing is wanted is dropped, one of
which a part is wanted is written again, all in one commit. Nothing is gone from the disk before ``expire``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from bastide.lake.catalog import Lake, Scope
from bastide.lake.convert import connect
from bastide.lake.parquet import arrow_schema, write_file
from bastide.lake.stores import Store, Stores, render_expired
from bastide.lake.table import Table, read_tables


@dataclass(frozen=True, slots=True)
class Retained:
    """What retention does, or would do: rows that go, files dropped whole and files written again."""

    table: str
    rows: int
    dropped: int
    rewritten: int


def retain(lake: Lake, stores: Stores, now: datetime, *, dry_run: bool) -> list[Retained]:
    """Delete what no store wants any more. The caller holds the lock. Raises OSError on a full disk."""
    done = []
    for name in sorted({store.table for store in stores.stores}):
        mine = stores.of(name)
        limit = max(now - timedelta(days=store.retention) for store in mine).date()
        files = lake.files(name, Scope(until=limit))
        if files:
            done.append(_retain(lake, read_tables()[name], files, mine, now, dry_run))
    return done


def _retain(
    lake: Lake, table: Table, files: list[str], stores: tuple[Store, ...], now: datetime, dry_run: bool
) -> Retained:
    condition = render_expired(stores, now)
    gone, kept = [], []
    rows = dropped = 0
    folder = lake.data / table.name / f"{lake.new_stamp(now)}-retain"
    with connect(memory_mb=1500) as connection:
        for number, file in enumerate(files):
            expired, total = _count(connection, lake, table, file, condition)
            if not expired:
                continue
            gone.append(file)
            rows += expired
            dropped += expired == total
            if expired < total and not dry_run:
                kept.append(_rewrite(connection, lake, table, file, condition, folder / f"{number:04}.parquet"))
    if gone and not dry_run:
        lake.replace(table, gone, kept)
    return Retained(table.name, rows, dropped, len(gone) - dropped)


def _count(
    connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table, file: str, condition: str
) -> tuple[int, int]:
    wanted = lake.read_file(file, [column.name for column in table.columns if column.type != "json"])
    connection.register("wanted", wanted)
    found = connection.execute(f"SELECT count(*) FILTER (WHERE {condition}), count(*) FROM wanted").fetchall()[0]
    return int(found[0]), int(found[1])


def _rewrite(
    connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table, file: str, condition: str, out: Path
) -> Path:
    rows = lake.read_file(file)
    connection.register("kept", rows)
    connection.execute("SET preserve_insertion_order = true")
    left = connection.sql(f"SELECT * FROM kept WHERE NOT ({condition})").to_arrow_table()
    out.parent.mkdir(parents=True, exist_ok=True)
    write_file(table, left.select(rows.schema.names).cast(arrow_schema(table)), out)
    return out
