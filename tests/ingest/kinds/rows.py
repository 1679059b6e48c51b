"""Rows of one file as they stand in the lake's Parquet files: all that a worker does, from detection to conversion."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet

from bastide.ingest.source import Item, describe
from bastide.ingest.worker import Job, Taken, perform

Row = dict[str, Any]
KEY = "AWSLogs/123456789012/service/eu-central-1/2026/01/02/log"


def take(tmp_path: Path, data: bytes | str, key: str = KEY) -> tuple[Taken, list[Row]]:
    """What became of the file, and its rows in the order of the table's time."""
    path = tmp_path / "file"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    item: Item = describe("s3://logs", key, "etag", path.stat().st_size)
    job = Job("b", (item,), (path,), tmp_path / "out", tmp_path / "scratch", datetime(2026, 1, 3, tzinfo=UTC))
    outcome = perform(job)
    files = [str(one.path) for written in outcome.written.values() for one in written]
    return outcome.taken[0], _read(files) if files else []


def _read(files: list[str]) -> list[Row]:
    return [row for file in files for row in pyarrow.parquet.ParquetFile(file).read().to_pylist()]


def rows_of(tmp_path: Path, data: bytes | str, kind: str, key: str = KEY) -> list[Row]:
    """The rows of a file that must be taken as that kind."""
    taken, rows = take(tmp_path, data, key)
    assert (taken.kind, taken.reason) == (kind, "")
    assert taken.rows == len(rows)
    return rows


def present(row: Row) -> Row:
    """The row without nulls and without what every row has."""
    return {name: value for name, value in row.items() if value is not None and name not in ("sourceFile", "fields")}


def rest(row: Row) -> Any:
    """The row's `rest` as a value."""
    return json.loads(row["rest"]) if row["rest"] else {}


def utc(text: str) -> datetime:
    """An aware time in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
