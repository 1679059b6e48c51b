"""A table as an engine sees it: columns, and either the Parquet files that hold the wanted span or rows in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow

from bastide.errors import InputError
from bastide.lake.catalog import Lake, Scope
from bastide.lake.parquet import ARROW_TYPES
from bastide.lake.stores import Store, render_predicate
from bastide.lake.table import Column, Table

NOBODY = "none"  # no account's name


@dataclass(frozen=True, slots=True)
class Span:
    """Which rows are wanted: from `since` on, before `until` (aware times), of `accounts`; empty is all.

    `stores`: of a table that any of these event data stores is a part of, only their rows.
    """

    since: datetime | None = None
    until: datetime | None = None
    accounts: tuple[str, ...] = ()
    stores: tuple[Store, ...] = ()

    def scope(self, table: str) -> Scope:
        """The days and accounts of a table that hold the span: what prunes files."""
        accounts = self.accounts
        selected = [store.selectors.accounts for store in self.stores if store.table == table]
        if selected and all(selected):
            either = {one for accounts_of in selected for one in accounts_of}
            accounts = tuple(sorted(either & set(accounts) if accounts else either)) or (NOBODY,)
        return Scope(self.since and self.since.date(), self.until and self.until.date(), accounts)

    def selection(self, table: str) -> str:
        """The rows of a table that its stores select, as an SQL condition of the portable subset; empty for all."""
        return " OR ".join(f"({render_predicate(store)})" for store in self.stores if store.table == table)


ALL = Span()


@dataclass(frozen=True, slots=True)
class Source:
    """A table of a session. `rows` is None when it lies in `files`; `merged`: the files' columns differ."""

    name: str
    about: str
    columns: tuple[Column, ...]
    files: tuple[str, ...] = ()
    rows: Sequence[Mapping[str, Any]] | None = None
    # The column that a span's times are compared with; empty: the table has no time.
    time: str = ""
    span: Span = ALL
    # Columns that the files know; those of newer declarations read as null.
    stored: frozenset[str] = frozenset()
    merged: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing at all to read."""
        return not self.files and not self.rows


def lake_source(lake: Lake | None, table: Table, span: Span = ALL) -> Source:
    """The lake's table with the files of the span; without files when nothing was ever ingested.

    Raises:
        InputError: the files do not lie on this machine.
    """
    found = lake.table(table.name) if lake else None
    if lake is None or found is None:
        return Source(table.name, table.about, table.columns, time=table.time, span=span)
    files = tuple(sorted(lake.files(table.name, span.scope(table.name))))
    remote = next((file for file in files if "://" in file), None)
    if remote is not None:
        raise InputError(
            "the files of this lake lie in a bucket, where this machine's engine does not read",
            remote,
            "print the query for Athena or Trino (--print athena), and run it there",
        )
    stored = frozenset(field.name for field in found.schema().fields)
    merged = len(found.schemas()) > 1
    return Source(table.name, table.about, table.columns, files, None, table.time, span, stored, merged)


def arrow_rows(source: Source) -> pyarrow.Table:
    """The rows of a source that holds them itself, in the columns' types."""
    rows = [{column.name: row.get(column.name) for column in source.columns} for row in source.rows or ()]
    return pyarrow.Table.from_pylist(
        rows, pyarrow.schema([(one.name, ARROW_TYPES[one.type]) for one in source.columns])
    )
