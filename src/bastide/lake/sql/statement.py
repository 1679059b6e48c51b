"""One statement as a person types it: parsed, checked, bound to values, written for an engine.

One idea: EXPLAIN, DESCRIBE and SHOW TABLES are told apart first and never reach an engine's parser as text; the rest is
a question (`sqlglot`'s tree) that passed ``guard``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bastide.errors import InputError
from bastide.lake.sql import dialects, guard, portable, utc
from bastide.lake.sql.parameters import Parameter, bind

Kind = Literal["select", "explain", "describe", "tables"]
LONGEST = 1_000_000  # characters of a statement
_PREFIX = re.compile(
    r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*(explain(?:\s+analyze)?|describe|desc|show\s+tables)\b", re.I | re.S
)
_TOO_DEEP = "the query is nested too deeply"

# sqlglot says on its logger what it cannot parse; the guard says it better.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Statement:
    """A checked statement. `tables` are those that it reads, in lower case; `tree` is None for SHOW TABLES."""

    kind: Kind
    tree: exp.Expr | None
    tables: frozenset[str]
    where: str
    analyze: bool = False

    def bound(self, given: Mapping[str, str], declared: Mapping[str, Parameter] | None = None) -> Statement:
        """The statement with values in the place of its parameters.

        Raises:
            InputError: a parameter without value, a value without parameter, or one of the wrong type.
        """
        if self.tree is None:
            return self
        tree = self.tree.copy()
        root = exp.Subquery(this=tree)  # so that the root itself has a parent
        bind(root, declared or {}, given, self.where)
        return Statement(self.kind, root.this, self.tables, self.where, self.analyze)

    @property
    def plain_table(self) -> str:
        """The table, in lower case, when the question is no more than that table; else empty."""
        if not isinstance(self.tree, exp.Select) or not self.tree.is_star or len(self.tables) != 1:
            return ""
        said = {key for key, value in self.tree.args.items() if value}
        return next(iter(self.tables)) if said <= {"expressions", "from", "from_"} else ""

    def limited(self, rows: int) -> Statement:
        """The statement with at most so many rows."""
        if not isinstance(self.tree, exp.Query) or self.kind != "select":
            return self
        limit = self.tree.args.get("limit")
        own = limit.expression if limit is not None else None
        if own is not None and not (isinstance(own, exp.Literal) and own.name.isdigit() and int(own.name) > rows):
            return self
        return Statement(self.kind, self.tree.limit(rows), self.tables, self.where, self.analyze)

    def in_utc(self, moments: Collection[str]) -> Statement:
        """The statement for DuckDB in UTC: see ``utc``. `moments` are columns that hold moments, in lower case."""
        return self if self.tree is None else replace(self, tree=utc.in_utc(self.tree, moments))

    def render(
        self, dialect: str = "duckdb", *, columns: Mapping[str, frozenset[str]] | None = None, pretty: bool = False
    ) -> str:
        """The question as SQL of a dialect; for any but DuckDB it must be in the portable subset.

        `columns` are those of each table, in lower case.

        Raises:
            InputError: it is not, or there is nothing to render.
        """
        if self.tree is None:
            raise InputError("SHOW TABLES is Bastide's own", self.where, "leave out --print and --engine")
        try:
            if dialect != "duckdb":
                portable.check(self.tree, columns or {}, self.where)
            return dialects.render(self.tree, dialect, self.where, pretty=pretty)
        except RecursionError as wrong:
            raise InputError(_TOO_DEEP, self.where) from wrong


def parse_statement(text: str, tables: Mapping[str, frozenset[str]], where: str = "query") -> Statement:
    """The statement in `text`; `tables` are the lake's, in lower case, with their columns.

    Raises:
        InputError: no SQL, more than one statement, or one that does more than ask.
    """
    if len(text) > LONGEST:
        raise InputError(f"the query is longer than {LONGEST} characters", where)
    kind, analyze, offset = _kind(text)
    if kind == "tables":
        return Statement("tables", None, frozenset(), where)
    # Blanks in the place of the prefix keep the places that errors name.
    body = re.sub(r"[^\n]", " ", text[:offset]) + text[offset:]
    try:
        tree = _parse(body, kind, where)
        used = guard.check(tree, tables, where)
        return Statement(kind, dialects.normalize(tree), used, where, analyze)
    except RecursionError as wrong:
        raise InputError(_TOO_DEEP, where) from wrong


def _kind(text: str) -> tuple[Kind, bool, int]:
    """The kind of a statement, whether EXPLAIN is to run it, and where the question begins."""
    found = _PREFIX.match(text)
    if found is None:
        return "select", False, 0
    words = found[1].lower().split()
    if words[0] == "show":
        rest = text[found.end() :].strip().rstrip(";").strip()
        return ("select", False, 0) if rest else ("tables", False, found.end())
    return ("explain" if words[0] == "explain" else "describe"), len(words) == 2, found.end()


def _parse(text: str, kind: Kind, where: str) -> exp.Expr:
    try:
        trees = [tree for tree in sqlglot.parse(text, read="duckdb") if tree is not None]
    except SqlglotError as wrong:
        raise _unparsed(wrong, where) from wrong
    if not trees:
        raise InputError("there is no query", where, "write SQL, or the name of a query (bastide query --list)")
    if len(trees) > 1:
        raise InputError("more than one statement", where, "give one; the console takes several, one after the other")
    tree = trees[0]
    if kind == "describe" and isinstance(tree, exp.Alias | exp.Column):
        tree = exp.select("*").from_(tree.name)
    if not isinstance(tree, exp.Query):
        raise InputError(f"a query cannot use {guard.syntax(tree)}", guard.place(tree, where), guard.ONLY_READS)
    return tree


def _unparsed(wrong: SqlglotError, where: str) -> InputError:
    found = getattr(wrong, "errors", None) or [{}]
    at = f"{where}, line {found[0]['line']}, column {found[0]['col']}" if found[0].get("line") else where
    what = found[0].get("description") or str(wrong).partition("\n")[0]
    word = found[0].get("highlight")
    return InputError(
        f"this is no SQL of DuckDB: {what}" + (f" near {word!r}" if word else ""), at, "see docs/query.md"
    )
