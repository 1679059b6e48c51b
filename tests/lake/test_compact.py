"""Compaction keeps the rows; expiry removes only what no snapshot names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.lake import Lake, read_tables
from bastide.lake.compact import compact, expire, merge
from bastide.lake.parquet import arrow_schema, identity_hashes
from tests.ingest.logs import event, rows, take, write

TABLE = read_tables()["cloudtrail"]
SCHEMA = arrow_schema(TABLE)
row = st.fixed_dictionaries(
    {
        "eventID": st.none() | st.sampled_from(("a", "b", "c", "d")),
        "eventName": st.none() | st.sampled_from(("x", "y")),
        "sourceFile": st.sampled_from(("f", "g")),
    }
)


def arrow(records: list[dict[str, Any]]) -> pa.Table:
    """Rows with the table's columns, null where nothing is said."""
    return pa.Table.from_pylist([dict.fromkeys(SCHEMA.names) | record for record in records], schema=SCHEMA)


@settings(max_examples=60)
@given(st.lists(st.lists(row, max_size=5), min_size=1, max_size=4))
def test_merged_rows_are_the_rows_sorted_with_one_of_each_id(parts: list[list[dict[str, Any]]]) -> None:
    merged, doubles = merge(TABLE, [arrow(part) for part in parts])
    before = [one for part in parts for one in part]
    after = merged.to_pylist()
    ids = [one["eventID"] for one in after if one["eventID"] is not None]
    assert sorted(ids) == sorted({one["eventID"] for one in before} - {None})
    assert sum(one["eventID"] is None for one in after) == sum(one["eventID"] is None for one in before)
    assert len(after) + doubles == len(before)
    assert all({name: one[name] for name in ("eventID", "eventName", "sourceFile")} in before for one in after)
    names = [one["eventName"] for one in after if one["eventName"] is not None]
    assert names == sorted(names)


@given(st.lists(st.text(max_size=40) | st.text(min_size=250, max_size=300), max_size=6), st.integers(0, 6))
def test_equal_identities_have_equal_hashes_whatever_they_come_with(ids: list[str], cut: int) -> None:
    whole = identity_hashes(TABLE, arrow([{"eventID": one} for one in ids]))
    parts = [identity_hashes(TABLE, arrow([{"eventID": one} for one in part])) for part in (ids[:cut], ids[cut:])]
    assert whole.tolist() == [*parts[0].tolist(), *parts[1].tolist()]


def test_different_ids_have_different_hashes() -> None:
    ids = [event(n)["eventID"] for n in range(20_000)]
    assert len(set(identity_hashes(TABLE, arrow([{"eventID": one} for one in ids])).tolist())) == len(ids)


def test_small_files_of_a_day_and_account_become_one_and_old_ones_leave_the_disk(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / "logs", f"{number}.json.gz", [event(number * 10 + n) for n in range(10)])
        take(tmp_path / "lake", tmp_path / "logs")
    lake = Lake.open(tmp_path / "lake")
    before, files = rows(tmp_path / "lake"), lake.files("cloudtrail")
    assert compact(lake, "s", ["cloudtrail"], dry_run=True)[0].after == 4
    assert lake.files("cloudtrail") == files
    done = compact(lake, lake.new_stamp(datetime(2026, 2, 1, tzinfo=UTC)), ["cloudtrail"])[0]
    assert (done.before, done.after, done.rows) == (len(files), 4, 30)
    assert len(lake.files("cloudtrail")) == 4
    assert rows(tmp_path / "lake") == before
    assert compact(lake, "s2", ["cloudtrail"])[0].before == 0
    # Nothing is younger than a week: the old snapshots still need their files.
    past = datetime.now(UTC) - timedelta(days=7)
    assert expire(lake, past, ["cloudtrail"])[0].snapshots == 0
    assert all(Path(file).exists() for file in files)
    stray = lake.data / "cloudtrail" / "killed-compact" / "0000.parquet"
    stray.parent.mkdir()
    stray.write_bytes(b"left by a kill")
    soon = datetime.now(UTC) + timedelta(days=1)
    would = expire(lake, soon, ["cloudtrail"], dry_run=True)
    assert expire(lake, soon, ["cloudtrail"]) == would
    assert would[0].snapshots >= 3
    assert not stray.exists() and not any(Path(file).exists() for file in files)
    assert rows(tmp_path / "lake") == before
    assert expire(lake, soon, ["cloudtrail"])[0].files == 0
    assert take(tmp_path / "lake", tmp_path / "logs").known == 3
