"""Every query of the library: a head, the portable subset, and cases whose right rows it returns and no others."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from bastide.lake.engine import Source
from bastide.lake.query import Query, Session, read_queries
from bastide.lake.query.library import CATEGORIES
from bastide.lake.table import Column, read_tables
from bastide.show.cli.query_tables import COLUMNS

FOLDER = resources.files("bastide.lake") / "queries"
DEFAULTS = {"account": "111111111111", "awsRegion": "eu-west-1", "region": "eu-west-1"}
MOMENT = "2026-01-05T10:00:00Z"


def cases() -> Iterator[Any]:
    for name, query in read_queries().items():
        for number, case in enumerate(yaml.safe_load((FOLDER / f"{name}.cases.yaml").read_text(encoding="utf-8"))):
            yield pytest.param(query, case, id=f"{name}-{number}")


def sources(case: dict[str, Any]) -> dict[str, Source]:
    """A source for every table that there is; those that the case does not name are empty."""
    columns = {name: table.columns for name, table in read_tables().items()} | COLUMNS
    times = {name: table.time for name, table in read_tables().items()}
    return {
        name: Source(name, "", of, rows=[filled(row, of, times.get(name, "")) for row in case["rows"].get(name, [])])
        for name, of in columns.items()
    }


def filled(row: dict[str, Any], columns: tuple[Column, ...], time: str) -> dict[str, Any]:
    names = {column.name for column in columns}
    assert set(row) <= names, f"no such columns: {set(row) - names}"
    whole = {name: value for name, value in (DEFAULTS | {time: MOMENT} | row).items() if name in names}
    return {column.name: _typed(whole.get(column.name), column.type) for column in columns}


def _typed(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "timestamp":
        return datetime.fromisoformat(value)
    return json.dumps(value, separators=(",", ":")) if isinstance(value, dict | list) else value


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


class OfCase(Session):
    """A session over a case's rows instead of a lake's files."""

    given: dict[str, Source]

    def _source(self, name: str) -> Source:
        return self.given[name]


def answer(query: Query, case: dict[str, Any], engine: str = "duckdb") -> list[dict[str, Any]]:
    session = OfCase(None, columns_of_others=COLUMNS, engine=engine)
    session.given = sources(case)
    found = session.ask(query, {key: str(value) for key, value in (case.get("parameters") or {}).items()})
    return [{key: plain(value) for key, value in zip(found.columns, row, strict=True)} for row in found.rows()]


@pytest.mark.parametrize(("query", "case"), list(cases()))
def test_a_query_returns_the_right_rows_and_no_others(query: Query, case: dict[str, Any]) -> None:
    rows = answer(query, case)
    wanted = case["expect"]
    assert wanted, "a case that expects nothing shows nothing"
    assert [{key: row[key] for key in one} for one, row in zip(wanted, rows, strict=False)] == wanted
    assert len(rows) == len(wanted), rows
    assert sum(len(of) for of in case["rows"].values()) > len(wanted) or query.name == "exemptions-by-end"


@pytest.mark.parametrize("query", list(read_queries().values()), ids=lambda query: query.name)
def test_a_query_says_what_it_is_and_runs_on_every_engine(query: Query) -> None:
    assert query.title
    assert len(query.description) > 40
    assert query.category in CATEGORIES
    assert all(one.startswith("T1") for one in query.attack)
    assert (FOLDER / f"{query.name}.cases.yaml").is_file()
    session = Session(None, columns_of_others=COLUMNS)
    samples = {"timestamp": "2026-01-01T00:00:00Z", "strings": "a,b", "int": "1", "string": "x"}
    given = {one.name: samples[one.type] for one in query.parameters.values() if one.default is None}
    assert all(one.about for one in query.parameters.values())
    for dialect in ("duckdb", "spark", "trino", "athena"):
        assert "SELECT" in session.render(query, given, dialect)


def test_the_library_has_forty_queries_of_every_category() -> None:
    found = [query.category for query in read_queries().values()]
    assert len(found) >= 40
    assert set(found) == set(CATEGORIES)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("pyspark") is None, reason="pyspark is not installed")
def test_spark_returns_the_same_rows_for_every_query(tmp_path: Path) -> None:
    os.environ.setdefault("PYSPARK_PYTHON", "python3")
    different = []
    for parameter in cases():
        query, case = parameter.values
        here, there = answer(query, case), answer(query, case, "spark")
        if here != there:
            different.append((query.name, here, there))
    assert not different


def test_duckdb_reads_json_text_as_the_other_engines_do() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE MACRO json_text(j, p) AS TRY(json_extract_string(j, p))")
        row = connection.execute(
            """SELECT json_text('{"a":{"b":1}}', '$.a.b'), json_text('no json', '$.a'), json_text('{"a":null}', '$.a'),
               json_text('{"a":true}', '$.a'), json_text('{"a":"x\\"y"}', '$.a'), json_text(NULL, '$.a')"""
        ).fetchone()
    assert row == ("1", None, None, "true", 'x"y', None)
