"""The ledger's chain: whole, or the broken link is named."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.model import ResourceKey, Unknown
from bastide.store import Entry, Phase, Store
from bastide.store.ledger import parse, render

KEY = ResourceKey("AWS::S3::Bucket", "222233334444", "eu-west-1", "logs")


def entry(number: int, phase: Phase = Phase.BEFORE, run: str = "r1") -> Entry:
    return Entry(run, "2026-11-24T00:00:00Z", phase, number, "update", KEY, {"Size": number}, {"Size": 9})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    store = Store.open(tmp_path / "state.db")
    for number in range(5):
        store.append(entry(number))
    assert store.verify() == 5
    store.close()
    return tmp_path / "state.db"


def tamper(path: Path, statement: str) -> InputError:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    with pytest.raises(InputError) as refusal:
        Store.open(path).verify()
    assert str(path) in str(refusal.value)
    return refusal.value


def test_an_entry_that_was_changed_is_named(path: Path) -> None:
    error = tamper(path, """UPDATE ledger SET body = replace(body, '"Size":9', '"Size":8') WHERE sequence = 3""")
    assert error.what == "ledger entry 3 was changed after it was written, or the one before it was"


def test_an_entry_that_was_removed_is_named(path: Path) -> None:
    assert tamper(path, "DELETE FROM ledger WHERE sequence = 2").what == "ledger entry 2 is missing"


def test_a_cut_off_end_is_seen(path: Path) -> None:
    error = tamper(path, "DELETE FROM ledger WHERE sequence >= 4")
    assert error.what == "the ledger ends at entry 3, but entry 5 was written last"


def test_two_entries_that_changed_places_are_seen(path: Path) -> None:
    error = tamper(path, "UPDATE ledger SET body = (SELECT body FROM ledger WHERE sequence = 1) WHERE sequence = 2")
    assert "ledger entry 2 was changed" in error.what


def test_an_entry_that_cannot_be_read_is_named(path: Path) -> None:
    tamper(path, "UPDATE ledger SET body = '{' WHERE sequence = 4")
    for run in ("", "r1"):
        with pytest.raises(InputError, match="ledger entry 4 cannot be read: it was changed after"):
            Store.open(path).entries(run)


def test_checking_the_last_entries_only_takes_what_lies_further_back_as_it_stands(path: Path) -> None:
    error = tamper(path, "UPDATE ledger SET body = '{' WHERE sequence = 2")
    assert "ledger entry 2 was changed" in error.what
    assert Store.open(path).verify(last=3) == 5
    with pytest.raises(InputError, match="ledger entry 2 was changed"):
        Store.open(path).verify(last=4)
    with pytest.raises(InputError, match="ledger entry 2 was changed"):
        Store.open(path).verify(last=9)


def test_an_entry_comes_back_as_it_was_written(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.db")
    written = Entry(
        "r", "t", Phase.AFTER, 3, "create", KEY, {"A": Unknown("AccessDenied"), "B": [{"é": None}]}, None,
        ("A.B",), (1, 2), "net-0ba571de", "arn:aws:s3:::logs", "failed", "Code", "said",
    )  # fmt: skip
    store.append(written)
    (found,) = store.entries("r")
    assert found == written
    assert found.sequence == 1
    assert len(found.hash) == 64


def test_open_entries_are_those_without_an_end(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "s.db")
    for one in (entry(0), entry(0, Phase.AFTER), entry(1), entry(0, run="r2"), entry(1, Phase.AFTER, "r2")):
        store.append(one)
    assert [(one.run, one.change) for one in store.open_entries()] == [("r1", 1), ("r2", 0)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.builds(Unknown, st.text()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_rendering_and_parsing_an_entry_are_inverse(state: object, desired: object) -> None:
    written = Entry("r", "t", Phase.BEFORE, 0, "create", KEY, {"S": state}, {"D": desired})
    assert parse(render(written, 1), "") == written
