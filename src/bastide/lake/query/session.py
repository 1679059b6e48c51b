"""A session: the tables that can be asked, and one way to ask them whatever the engine.

One idea: a table's files are planned only when a question reads it, for the span that the session was opened with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow

from bastide.errors import InputError
from bastide.lake.catalog import Lake
from bastide.lake.engine import Answer, Source, Span, lake_source, spark
from bastide.lake.engine.duck import Duck
from bastide.lake.ocsf import read_classes, render_view
from bastide.lake.query.library import Query
from bastide.lake.sql import Statement, parse_statement
from bastide.lake.sql.scope import in_span
from bastide.lake.table import Column, read_tables

ENGINES = ("duckdb", "spark")


@dataclass(slots=True)
class Session:
    """Tables of a lake (None: there is none yet) and others that the caller adds, such as findings of the store.

    `others` gives rows when they are first asked for. `notes` is told what a person should know of an answer.
    """

    lake: Lake | None
    others: Mapping[str, Callable[[], Source]] = field(default_factory=dict)
    columns_of_others: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    span: Span = field(default_factory=Span)
    engine: str = "duckdb"
    notes: Callable[[str], None] = lambda _: None

    @property
    def columns(self) -> dict[str, tuple[Column, ...]]:
        """The columns of each table, by the table's name."""
        views = {one.view: tuple(Column(name, "json", "") for name in one.columns) for one in read_classes().values()}
        return {name: table.columns for name, table in read_tables().items()} | views | dict(self.columns_of_others)

    @property
    def _names(self) -> dict[str, frozenset[str]]:
        return {
            name.lower(): frozenset(column.name.lower() for column in columns) for name, columns in self.columns.items()
        }

    @property
    def _moments(self) -> frozenset[str]:
        """Names of columns that hold moments in every table that has them."""
        every = [column for columns in self.columns.values() for column in columns]
        others = {column.name.lower() for column in every if column.type != "timestamp"}
        return frozenset(column.name.lower() for column in every) - others

    def parse(self, query: Query, given: Mapping[str, str]) -> Statement:
        """The query, checked and bound.

        Raises:
            InputError: see ``sql``.
        """
        return parse_statement(query.sql, self._names, query.name).bound(given, query.parameters)

    def render(self, query: Query, given: Mapping[str, str], dialect: str) -> str:
        """The query as the dialect's SQL, with the session's span in it.

        Raises:
            InputError: see ``sql``.
        """
        statement = self.parse(query, given)
        if dialect != "duckdb":
            _refuse_views(statement)
        times = {name.lower(): table.time for name, table in read_tables().items()}
        scoped = in_span(statement, self.span, times)
        return scoped.render(dialect, columns=self._names, pretty=True)

    def ask(self, query: Query, given: Mapping[str, str], *, limit: int = 0, seconds: float = 0) -> Answer:
        """The answer to a query; at most `limit` rows and `seconds` (0: no limit).

        Raises:
            InputError: the query is refused, or has no meaning over the tables.
            IncompleteError: it was given up.
        """
        statement = self.parse(query, given)
        if statement.kind == "tables":
            return self._tables()
        views = {one.view: one for one in read_classes().values() if one.view in statement.tables}
        if statement.kind == "describe" and (name := statement.plain_table) and name not in views:
            return self._describe(name)
        read = (statement.tables - set(views)) | {one.table for one in views.values()}
        sources = [self._source(name) for name in sorted(read)]
        for source in sources:
            if self.span.stores and source.name in read_tables() and not self.span.selection(source.name):
                self.notes(f"table {source.name} is asked whole: no event data store that was named is a part of it")
            if source.empty:
                self.notes(f"table {source.name} holds nothing {_spoken(self.span) if source.time else 'yet'}")
        asked = statement.limited(limit + 1) if limit else statement
        if self.engine == "spark":
            _refuse_views(statement)
            return spark.run(sources, asked.render("spark", columns=self._names), limit=limit, where=query.name)
        prefix = {"select": "", "describe": "DESCRIBE ", "explain": "EXPLAIN "}[asked.kind]
        sql = prefix + ("ANALYZE " if asked.analyze else "") + asked.in_utc(self._moments).render()
        duck = Duck(sources, views={name: render_view(one) for name, one in views.items()})
        try:
            answer = duck.run(sql, seconds=seconds, limit=limit, where=query.name)
        except BaseException:
            duck.close()
            raise
        answer.batches = _closing(answer.batches, duck)
        return answer

    def _source(self, name: str) -> Source:
        for table in read_tables().values():
            if table.name.lower() == name:
                return lake_source(self.lake, table, self.span)
        for other, source in self.others.items():
            if other.lower() == name:
                return source()
        raise InputError(f"there is no table {name}")

    def _tables(self) -> Answer:
        about = {name: table.about for name, table in read_tables().items()}
        about |= {one.view: f"OCSF class {one.uid} as a view of {one.table}" for one in read_classes().values()}
        rows = [
            {"table": name, "columns": len(columns), "about": about.get(name, "kept by Bastide itself")}
            for name, columns in sorted(self.columns.items())
        ]
        return _answer(rows)

    def _describe(self, name: str) -> Answer:
        columns = next(columns for table, columns in self.columns.items() if table.lower() == name)
        return _answer([{"column": one.name, "type": one.type, "about": one.about} for one in columns])


def _refuse_views(statement: Statement) -> None:
    """Views of OCSF are written for DuckDB. Raises InputError when the statement reads one."""
    views = sorted(one.view for one in read_classes().values() if one.view in statement.tables)
    if views:
        fix = "leave out --engine and --print, or export (bastide lake export)"
        raise InputError(f"{views[0]} is a view for DuckDB alone", statement.where, fix)


def _answer(rows: list[dict[str, object]]) -> Answer:
    table = pyarrow.Table.from_pylist(rows)
    return Answer(table.schema, iter(table.to_batches()))


def _closing(batches: Iterator[pyarrow.RecordBatch], duck: Duck) -> Iterator[pyarrow.RecordBatch]:
    """The batches; the engine is closed behind the last one, or when nobody reads on."""
    try:
        yield from batches
    finally:
        duck.close()


def _spoken(span: Span) -> str:
    parts = []
    if span.since:
        parts.append(f"since {span.since:%Y-%m-%d %H:%M}Z")
    if span.until:
        parts.append(f"until {span.until:%Y-%m-%d %H:%M}Z")
    if span.accounts:
        parts.append(f"of {', '.join(span.accounts)}")
    return " ".join(parts) or "yet (bastide ingest fills it)"
