"""A question asked of a part of each table only: a span of time, some accounts, stores; written into the SQL itself.

Where our own engine runs, views on pruned files do this; text that is run elsewhere has to carry it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlglot import exp

from bastide.lake.sql.statement import Statement


class Wanted(Protocol):
    """A span: see ``engine.Span``."""

    @property
    def since(self) -> datetime | None: ...  # noqa: D102
    @property
    def until(self) -> datetime | None: ...  # noqa: D102
    @property
    def accounts(self) -> tuple[str, ...]: ...  # noqa: D102
    def selection(self, table: str) -> str: ...  # noqa: D102


def in_span(statement: Statement, span: Wanted, times: Mapping[str, str]) -> Statement:
    """The statement with every table that has a time (`times`, by name in lower case) cut to the span."""
    if statement.tree is None:
        return statement

    def cut(node: exp.Expr) -> exp.Expr:
        name = node.name.lower() if isinstance(node, exp.Table) else ""
        conditions = _conditions(span, times[name], name) if name in times else []
        if not conditions:
            return node
        inner = exp.select("*").from_(exp.to_table(node.name))
        for condition in conditions:
            inner = inner.where(condition)
        return inner.subquery(node.alias or node.name)

    return replace(statement, tree=statement.tree.transform(cut))


def _conditions(span: Wanted, time: str, table: str) -> list[exp.Expr]:
    column = exp.column(time)
    found: list[exp.Expr] = []
    if span.since:
        found.append(exp.GTE(this=column.copy(), expression=_moment(span.since)))
    if span.until:
        found.append(exp.LT(this=column.copy(), expression=_moment(span.until)))
    if span.accounts:
        found.append(exp.column("account").isin(*span.accounts))
    if selection := span.selection(table):
        found.append(exp.condition(selection, dialect="duckdb"))
    return found


def _moment(moment: datetime) -> exp.Expr:
    return exp.cast(exp.Literal.string(moment.isoformat(sep=" ")), "TIMESTAMPTZ")
