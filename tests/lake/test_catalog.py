"""The lake's catalogue: tables are made, appended to, planned by partition, and locked."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from bastide.errors import InputError
from bastide.lake import Lake, Scope, read_tables

TABLE = read_tables()["cloudtrail"]
ROWS = """
  SELECT timestamptz '2026-01-01 00:00:00Z' + interval (n * 6) hour AS eventTime,
         CASE WHEN n % 2 = 0 THEN '111111111111' ELSE '222222222222' END AS account, 'e' || n AS eventID
  FROM range(8) t(n)
"""


def written(folder: Path) -> list[Path]:
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        connection.execute(
            f"COPY (SELECT *, eventTime::DATE AS d, account AS a FROM ({ROWS})) "
            f"TO '{folder}' (FORMAT parquet, PARTITION_BY (d, a))"
        )
    return sorted(folder.rglob("*.parquet"))


def test_only_the_files_of_the_asked_days_and_accounts_are_planned(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    lake.append(TABLE, written(tmp_path / "lake" / "data"), ["b1"])
    assert len(lake.files("cloudtrail")) == 4
    assert len(lake.files("cloudtrail", Scope(since=date(2026, 1, 2)))) == 2
    assert len(lake.files("cloudtrail", Scope(until=date(2026, 1, 1), accounts=("111111111111",)))) == 1
    assert lake.files("cloudtrail", Scope(accounts=("1' or '1'='1",))) == []


def test_a_commit_names_its_batch_and_a_lake_that_is_opened_again_knows_it(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    assert (lake.batches(TABLE), lake.files("cloudtrail")) == (set(), [])
    lake.append(TABLE, written(tmp_path / "lake" / "data"), ["b1"])
    again = Lake.open(tmp_path / "lake")
    assert again.batches(TABLE) == {"b1"}
    assert again.names() == ["cloudtrail"]


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    with lake.lock(), pytest.raises(InputError, match="another process"), Lake.open(tmp_path / "lake").lock():
        raise AssertionError("two writers at once")


def test_a_lake_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("not a folder")
    with pytest.raises(InputError, match="cannot be made"):
        Lake.open(tmp_path / "lake")
