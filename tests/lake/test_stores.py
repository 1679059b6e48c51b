"""Event data stores select rows, and retention deletes what none of them wants."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.errors import InputError
from bastide.lake import Lake
from bastide.lake.retention import retain
from bastide.lake.stores import (
    Selectors,
    Store,
    Stores,
    held,
    make_store,
    read_stores,
    render_expired,
    render_predicate,
    write_stores,
)
from tests.ingest.logs import event, rows, take, write

NOW = datetime(2026, 2, 1, tzinfo=UTC)
ACCOUNTS, NAMES = ("111111111111", "222222222222"), ("GetObject", "o'hara")
some = st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple)
selectors = st.builds(
    Selectors,
    accounts=st.lists(st.sampled_from(ACCOUNTS), max_size=1).map(tuple),
    event_names=some,
    read_only=st.none() | st.booleans(),
)
stores = st.lists(st.builds(Store, st.just("s"), st.integers(1, 40), selectors, st.booleans()), min_size=1, max_size=3)
Row = tuple[int | None, str | None, str | None, bool | None]
found = st.tuples(
    st.none() | st.integers(0, 60), st.sampled_from((*ACCOUNTS, None)), st.sampled_from((*NAMES, None)),
    st.sampled_from((True, False, None)),
)  # fmt: skip


def selects(store: Store, row: Row) -> bool:
    """The definition."""
    _, account, name, read_only = row
    chosen = store.selectors
    return (
        (not chosen.accounts or account in chosen.accounts)
        and (not chosen.event_names or name in chosen.event_names)
        and (chosen.read_only is None or bool(read_only) == chosen.read_only)
    )


@given(stores, found)
def test_a_row_goes_when_a_store_has_it_and_none_wants_it_any_more(mine: list[Store], row: Row) -> None:
    age = row[0]
    having = [store for store in mine if selects(store, row)]
    goes = age is not None and bool(having) and all(not one.hold and age > one.retention for one in having)
    query = f"""SELECT {render_expired(mine, NOW)}, {render_predicate(mine[0])} FROM
        (SELECT $1::TIMESTAMPTZ AS "eventTime", $2 AS account, $3 AS "eventName", $4::BOOLEAN AS "readOnly")"""
    time = None if age is None else NOW - timedelta(days=age)
    with duckdb.connect() as connection:
        connection.execute("SET timezone = 'UTC'")
        assert connection.execute(query, [time, *row[1:]]).fetchall() == [(goes, selects(mine[0], row))]


def lake(folder: Path) -> Lake:
    """Ten events on each of two days in January, five of them of the account 222222222222."""
    write(folder / "logs", "a.json.gz", [event(n) for n in range(20)])
    write(folder / "logs", "b.json.gz", [event(50, eventTime="2026-01-31T00:00:00Z")])
    take(folder / "lake", folder / "logs")
    return Lake.open(folder / "lake")


def test_retention_deletes_on_the_day_and_not_on_a_dry_run(tmp_path: Path) -> None:
    opened = lake(tmp_path)
    mine = Stores((make_store("members", 10, Selectors(accounts=("222222222222",))),))
    would = retain(opened, mine, NOW, dry_run=True)
    assert (would[0].rows, len(rows(tmp_path / "lake"))) == (4, 21)
    assert retain(opened, mine, NOW, dry_run=False) == would
    left = rows(tmp_path / "lake")
    assert len(left) == 17
    assert {row["account"] for row in left if row["eventTime"] < NOW - timedelta(days=10)} == {"111111111111"}
    assert [one.rows for one in retain(opened, mine, NOW, dry_run=False)] == [0]
    assert take(tmp_path / "lake", tmp_path / "logs").known == 2


def test_a_part_of_a_file_goes_and_the_rest_stays_as_it_was(tmp_path: Path) -> None:
    opened = lake(tmp_path)
    before = rows(tmp_path / "lake")
    odd = make_store("odd", 10, Selectors(event_names=("DescribeInstances",), read_only=False))
    assert retain(opened, Stores((odd,)), NOW, dry_run=False)[0].rows == 0
    write(tmp_path / "logs", "w.json.gz", [event(90, readOnly=False), event(92, readOnly=False, newField=1)])
    take(tmp_path / "lake", tmp_path / "logs")
    assert retain(opened, Stores((odd,)), NOW, dry_run=False)[0].rows == 2
    assert rows(tmp_path / "lake") == before


def test_a_legal_hold_keeps_everything_of_its_store(tmp_path: Path) -> None:
    opened = lake(tmp_path)
    everything = make_store("all", 1, Selectors())
    mine = Stores((held(everything, hold=True),))
    assert retain(opened, mine, NOW, dry_run=False)[0].rows == 0
    with pytest.raises(InputError, match="on legal hold"):
        mine.remove("all")
    assert retain(opened, Stores((everything,)), NOW, dry_run=False)[0].rows == 20


def test_stores_are_kept_and_a_file_of_another_version_is_refused_by_name(tmp_path: Path) -> None:
    mine = (
        Stores()
        .put(make_store("b", 3, Selectors(regions=("eu-west-1",), read_only=True)))
        .put(held(make_store("a", 2, Selectors()), hold=True))
    )
    write_stores(tmp_path, mine)
    assert read_stores(tmp_path) == mine
    assert [store.name for store in mine.stores] == ["a", "b"]
    path = tmp_path / "stores.json"
    path.write_text(path.read_text().replace("lake-stores/1", "lake-stores/9"))
    with pytest.raises(InputError, match=r"bastide\.lake-stores/9"):
        read_stores(tmp_path)
    path.write_text("[]")
    with pytest.raises(InputError, match="malformed"):
        read_stores(tmp_path)


@pytest.mark.parametrize(
    ("name", "days", "table", "told"),
    [("../x", 1, "cloudtrail", "is no name"), ("a", 0, "cloudtrail", "one day or more"), ("a", 1, "nope", "no table")],
)
def test_a_store_that_makes_no_sense_is_refused(name: str, days: int, table: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        make_store(name, days, Selectors(), table=table)


def test_a_selector_that_a_table_has_no_column_for_is_refused() -> None:
    with pytest.raises(InputError, match="nothing to select event names by"):
        make_store("a", 1, Selectors(event_names=("x",)), table="vpc_flow")
