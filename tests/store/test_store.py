"""The database: what is kept, what is refused, and that several may write at once."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bastide.errors import InputError
from bastide.model import Finding, Origin, ResourceKey, Severity, Status, Unknown
from bastide.store import Entry, Owned, Phase, Run, RunStatus, Store

KEY = ResourceKey("AWS::S3::Bucket", "222233334444", "eu-west-1", "logs")
OTHER = KEY._replace(id="other")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "folder" / "state.db")


def test_a_run_is_open_until_it_ends(store: Store) -> None:
    store.start_run(Run("r1", "apply", "sandbox/1", "2026-11-24T00:00:00Z", plan_digest="d"))
    assert [run.id for run in store.open_runs()] == ["r1"]
    store.end_run("r1", RunStatus.DONE, "2026-11-24T00:00:01Z")
    assert store.open_runs() == []
    assert store.run("r1") == Run(
        "r1", "apply", "sandbox/1", "2026-11-24T00:00:00Z", "2026-11-24T00:00:01Z", RunStatus.DONE, "d"
    )
    with pytest.raises(InputError, match="there is a run r1 already"):
        store.start_run(Run("r1", "apply", "sandbox/1", "x"))


def test_a_run_that_does_not_exist_is_refused_with_those_that_do(store: Store) -> None:
    with pytest.raises(InputError, match="the latest runs are: none"):
        store.run("r7")


def test_ownership_is_by_target_and_can_end(store: Store) -> None:
    store.own("sandbox/1", Owned(KEY, "logs", "r1"))
    store.own("sandbox/1", Owned(KEY, "logs", "r2"))
    store.own("aws/2", Owned(OTHER, "other", "r1"))
    assert store.owned_resources("sandbox/1") == [Owned(KEY, "logs", "r2")]
    assert store.owned("aws/2") == {OTHER}
    store.disown("sandbox/1", KEY)
    assert store.owned("sandbox/1") == frozenset()


def test_what_follows_from_a_call_is_written_with_its_entry(store: Store) -> None:
    entry = Entry("r1", "t", Phase.AFTER, 0, "replace", OTHER, None)
    store.own("t", Owned(KEY, "p", "r0"))
    store.settle("t", entry, own=Owned(OTHER, "p", "r1"), disown=KEY, bindings={"p": "other"})
    assert store.owned("t") == {OTHER}
    assert store.bindings("t") == {"p": "other"}
    store.bind("t", {"p": "newer", "q": "x"})
    assert store.bindings("t") == {"p": "newer", "q": "x"}
    assert store.bindings("elsewhere") == {}


def test_the_findings_of_the_last_assessment_replace_those_before(store: Store) -> None:
    finding = Finding(
        "c", "t", Severity.HIGH, Status.FAIL, KEY, value=Unknown("AccessDenied"), origin=Origin(file="a.yaml", line=3),
        maps_to=("FSBP:S3.8",), evidence={"x": [1]},
    )  # fmt: skip
    store.replace_findings("t", "r1", [finding, finding])
    store.replace_findings("t", "r2", [finding])
    assert store.findings("t") == [finding]
    assert store.findings("elsewhere") == []


def test_everything_survives_a_new_process(store: Store, tmp_path: Path) -> None:
    store.own("t", Owned(KEY, "p", "r1"))
    store.close()
    assert Store.open(tmp_path / "folder" / "state.db").owned("t") == {KEY}


def test_two_stores_on_one_file_keep_one_chain(tmp_path: Path) -> None:
    stores = [Store.open(tmp_path / "s.db") for _ in range(2)]

    def write(number: int) -> None:
        stores[number % 2].append(Entry("r", "t", Phase.BEFORE, number, "create", KEY))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert stores[0].verify() == 40
    assert {entry.change for entry in stores[1].entries()} == set(range(40))


def test_a_database_of_another_version_is_refused_by_name(tmp_path: Path) -> None:
    Store.open(tmp_path / "s.db").close()
    connection = sqlite3.connect(tmp_path / "s.db")
    connection.execute("UPDATE meta SET value = '99' WHERE name = 'version'")
    connection.commit()
    with pytest.raises(InputError, match="the database has version 99, this Bastide knows 1"):
        Store.open(tmp_path / "s.db")


def test_what_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_text("these are notes, not a database " * 40)
    with pytest.raises(InputError, match="this is not a database of Bastide"):
        Store.open(tmp_path / "s.db")
    assert (tmp_path / "s.db").read_text().startswith("these are notes")


@pytest.mark.parametrize(("target", "level"), [("aws/1", 2), ("sandbox/1", 1)])
def test_entries_of_runs_on_aws_are_synced_to_the_disk_one_by_one(store: Store, target: str, level: int) -> None:
    store.start_run(Run("r1", "apply", target, "2026-11-24T00:00:00Z"))
    with store._transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
