"""What is typed is one question over the lake's tables, or it is refused with what and where.

One idea: a list of what is allowed. Every node of the parsed tree is of a known harmless kind, every function is
listed, every table is one of the lake's (or a CTE's name); nothing else gets as far as an engine. DuckDB's own lock
(``engine.duck``) stands behind this one, for what sqlglot and DuckDB may read differently.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

from sqlglot import exp

from bastide.errors import InputError
from bastide.lake.sql.vocabulary import DUCKDB_CLASSES, DUCKDB_NAMES, DUCKDB_SYNTAX, TABLE_FUNCTIONS

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TABLE_PARTS = {"this", "alias", "joins", "laterals"}


def check(tree: exp.Expr, tables: Collection[str], where: str) -> frozenset[str]:
    """The tables (in lower case) that a question reads.

    Raises:
        InputError: the tree is more than a question, reads anything but `tables`, or calls a function not listed.
    """
    named = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    for name in named & {table.lower() for table in tables}:
        raise InputError(f"WITH {name} hides the table {name}", where, "give it another name")
    for name in named:
        if not _PLAIN_NAME.fullmatch(name):
            raise InputError(f"{name!r} is no name for a part of a query", where, "use letters, digits and _")
    used = set()
    for node in tree.walk():
        if isinstance(node, exp.Table):
            name = _table(node, tables, named, where)
            used |= {name} - named - {""}
        elif isinstance(node, exp.Func):
            _function(node, where)
        elif type(node).__name__ not in DUCKDB_SYNTAX or _nameless(node):
            raise InputError(f"a query cannot use {syntax(node)}", place(node, where), ONLY_READS)
    return frozenset(used)


def _nameless(node: exp.Expr) -> bool:
    """Whether it is `?`, which no value could be given to by name."""
    return isinstance(node, exp.Placeholder) and not node.args.get("this")


ONLY_READS = "only SELECT, WITH, EXPLAIN, DESCRIBE and SHOW TABLES over the lake's tables are run"


def _table(node: exp.Table, tables: Collection[str], named: Collection[str], where: str) -> str:
    """The name of the table that a node reads; empty for a table function."""
    more = {key for key, value in node.args.items() if value} - _TABLE_PARTS
    if isinstance(node.this, exp.Func):
        kind = node.this.name.lower() if isinstance(node.this, exp.Anonymous) else type(node.this).__name__
        if kind not in TABLE_FUNCTIONS:
            raise InputError(f"a query cannot read from {spelled(node.this)}()", place(node, where), ONLY_READS)
        return ""
    name = node.name.lower()
    known = {table.lower() for table in tables}
    if more or not isinstance(node.this, exp.Identifier) or name not in known | set(named):
        shown = node.sql("duckdb")
        near = get_close_matches(name, sorted(known), n=1)
        fix = f"did you mean {near[0]}?" if near else f"tables are {', '.join(sorted(known))}"
        raise InputError(f"the lake has no table {shown}", place(node, where), fix)
    return name


def _function(node: exp.Func, where: str) -> None:
    if isinstance(node, exp.Anonymous):
        allowed = node.name.lower() in DUCKDB_NAMES
    else:
        allowed = type(node).__name__ in DUCKDB_CLASSES
    if not allowed:
        fix = "files, settings and variables are out of reach of a query; docs/query.md lists the functions"
        raise InputError(f"the function {spelled(node)}() is not allowed", place(node, where), fix)


def spelled(node: exp.Func) -> str:
    """The function's name as DuckDB spells it."""
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    return node.sql("duckdb").partition("(")[0].lower()[:40] if "(" in node.sql("duckdb") else node.sql_name().lower()


def syntax(node: exp.Expr) -> str:
    """What a person calls a piece of syntax: COPY, PIVOT, TABLESAMPLE, …"""
    if isinstance(node, exp.Command):
        return str(node.this).upper()
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).upper()


def place(node: exp.Expr, where: str) -> str:
    """Line and column of a node, or of the first word in it that knows its place."""
    for inner in node.walk():
        if "line" in inner.meta:
            return f"{where}, line {inner.meta['line']}, column {inner.meta['col'] - len(inner.name) + 1}"
    return where
