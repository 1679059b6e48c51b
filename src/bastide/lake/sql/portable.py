"""Whether a question means the same to DuckDB, Spark, Trino and Athena: the portable subset.

One idea: a second, narrower list (`vocabulary.PORTABLE_…`), and the few rules that no list can say: no alias in WHERE,
GROUP BY or HAVING (DuckDB alone allows it), no backslash in LIKE (Spark alone escapes with it), JSON paths and units of
time as literals. A query outside the subset still runs on DuckDB.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from bastide.errors import InputError, Problem
from bastide.lake.sql.guard import place, spelled, syntax
from bastide.lake.sql.path import render_path
from bastide.lake.sql.vocabulary import PORTABLE_CLASSES, PORTABLE_NAMES, PORTABLE_SYNTAX

_PATH = re.compile(r"\$(\.[A-Za-z_][A-Za-z0-9_]*|\[\d+\])+")
_UNITS = {"SECOND", "MINUTE", "HOUR", "DAY"}
_PARTS = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE"}
_TRUNCATIONS = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE"}
_TYPES = {"VARCHAR", "TEXT", "INT", "BIGINT", "DOUBLE", "BOOLEAN", "DATE", "TIMESTAMPTZ"}
_JOINS = {"", "INNER", "CROSS", "OUTER"}
# Java alone nests classes ([[]) and intersects them (&&); RE2 alone has no look-around and no back-reference.
_JAVA_ONLY = re.compile(r"\(\?[^:]|\\[1-9]|\[\[|&&")


def check(tree: exp.Expr, tables: Mapping[str, frozenset[str]], where: str) -> None:
    """Nothing, when the question is portable; `tables` gives each table's columns, all in lower case.

    Raises:
        InputError: it is not; every part outside the subset is named with its place.
    """
    problems = [problem for node in tree.walk() for problem in _problems(node, where)]
    problems += list(_aliases(tree, tables, where))
    if problems:
        raise InputError.of(problems)


def _problems(node: exp.Expr, where: str) -> Iterator[Problem]:
    fix = "only DuckDB understands it: leave out --engine and --print, or write it otherwise (docs/query.md)"
    reason = _reason(node)
    if reason:
        yield Problem(f"{reason} is outside the portable subset", place(node, where), fix)


def _reason(node: exp.Expr) -> str:
    """Why a node is not portable; empty when it is."""
    if isinstance(node, exp.Anonymous):
        return "" if node.name.lower() in PORTABLE_NAMES else f"the function {node.name.lower()}()"
    if isinstance(node, exp.Func):
        return _function(node)
    if type(node).__name__ not in PORTABLE_SYNTAX:
        return syntax(node)
    check = _CHECKS.get(type(node))
    return check(node) if check else ""


def _function(node: exp.Func) -> str:
    if type(node).__name__ not in PORTABLE_CLASSES:
        return f"the function {spelled(node)}()"
    check = _CHECKS.get(type(node))
    return check(node) if check else ""


def _json(node: exp.Expr) -> str:
    text = _written_path(node.args["expression"])
    return "" if _PATH.fullmatch(text) else f"the JSON path {text or 'that is no literal'}"


def _written_path(path: exp.Expr) -> str:
    if isinstance(path, exp.JSONPath):
        return render_path(path)
    return str(path.this) if isinstance(path, exp.Literal) else ""


def _like(node: exp.Expr) -> str:
    pattern = node.expression
    return "a backslash in LIKE" if isinstance(pattern, exp.Literal) and "\\" in pattern.name else ""


def _regexp(node: exp.Expr) -> str:
    if node.args.get("flag"):
        return "a flag of regexp_matches()"
    pattern = node.expression
    if not isinstance(pattern, exp.Literal):
        return "a regular expression that is no literal"
    found = _JAVA_ONLY.search(pattern.name)
    return f"{found[0]} in a regular expression" if found else ""


def _unit(node: exp.Expr, allowed: set[str], what: str) -> str:
    name = node.name.upper() if isinstance(node, exp.Literal | exp.Var) else ""
    return "" if name in allowed else f"{what} {name or 'that is no literal'}"


def _interval(node: exp.Expr) -> str:
    if not isinstance(node.this, exp.Literal):
        return "an interval that is no literal (write $n * INTERVAL '1' HOUR)"
    return _unit(node.args.get("unit") or exp.null(), _UNITS, "an interval of unit")


def _type(node: exp.Expr) -> str:
    if not isinstance(node, exp.DataType):
        return ""
    name = str(getattr(node.this, "value", node.this))
    return "" if name in _TYPES and not node.expressions else f"the type {node.sql('duckdb')}"


def _join(node: exp.Expr) -> str:
    if node.args.get("method") or node.args.get("kind", "") not in _JOINS:
        return f"a {node.args.get('method') or ''}{node.args.get('kind') or ''} join"
    return "USING" if node.args.get("using") else ""


def _star(node: exp.Expr) -> str:
    extra = [key for key in ("except_", "except", "replace", "rename") if node.args.get(key)]
    return "SELECT * EXCLUDE, REPLACE or RENAME" if extra else ""


def _select(node: exp.Expr) -> str:
    if not node.expressions or node.args.get("kind"):
        return "a SELECT without columns"
    distinct = node.args.get("distinct")
    return "DISTINCT ON" if distinct is not None and distinct.args.get("on") else ""


def _by_all(node: exp.Expr) -> str:
    return "GROUP BY ALL" if node.args.get("all") or node.args.get("totals") else ""


def _set(node: exp.Expr) -> str:
    if node.args.get("by_name"):
        return "BY NAME"
    return "EXCEPT ALL or INTERSECT ALL" if not isinstance(node, exp.Union) and not node.args.get("distinct") else ""


def _limit(node: exp.Expr) -> str:
    value = node.args["expression"]
    return "" if isinstance(value, exp.Literal) and value.name.isdigit() else "a LIMIT that is no number"


def _cte(node: exp.Expr) -> str:
    return "MATERIALIZED" if node.args.get("materialized") is not None else ""


def _with(node: exp.Expr) -> str:
    return "WITH RECURSIVE" if node.args.get("recursive") else ""


def _window(node: exp.Expr) -> str:
    return "EXCLUDE in a window" if node.args.get("exclude") else ""


_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr], str]] = {
    exp.JSONExtractScalar: _json,
    exp.Like: _like,
    exp.ILike: _like,
    exp.RegexpLike: _regexp,
    exp.Interval: _interval,
    exp.DataType: _type,
    exp.Join: _join,
    exp.Star: _star,
    exp.Select: _select,
    exp.Group: _by_all,
    exp.Union: _set,
    exp.Except: _set,
    exp.Intersect: _set,
    exp.Limit: _limit,
    exp.CTE: _cte,
    exp.With: _with,
    exp.WindowSpec: _window,
    exp.Extract: lambda node: _unit(node.this, _PARTS, "a part"),
    exp.TimestampTrunc: lambda node: _unit(node.args.get("unit") or exp.null(), _TRUNCATIONS, "a unit"),
    exp.DateTrunc: lambda node: _unit(node.args.get("unit") or exp.null(), _TRUNCATIONS, "a unit"),
}


def _aliases(tree: exp.Expr, tables: Mapping[str, frozenset[str]], where: str) -> Iterator[Problem]:
    """Columns of WHERE, GROUP BY and HAVING that only DuckDB finds, since they are the SELECT's own aliases."""
    for scope in traverse_scope(tree):
        select = scope.expression
        if not isinstance(select, exp.Select):
            continue
        aliases = {one.alias.lower() for one in select.expressions if isinstance(one, exp.Alias)}
        columns = _columns(scope, tables)
        for clause in ("where", "group", "having"):
            for column in _own_columns(select.args.get(clause)):
                name = column.name.lower()
                if not column.table and name in aliases and name not in columns:
                    yield Problem(
                        f"{clause.upper()} uses the alias {column.name}, which only DuckDB allows",
                        place(column, where),
                        "write the expression again, or GROUP BY its position",
                    )


def _own_columns(clause: exp.Expr | None) -> list[exp.Column]:
    """Columns of a clause that do not lie in a subquery of it."""
    if clause is None:
        return []
    inner = {id(column) for query in clause.find_all(exp.Query) for column in query.find_all(exp.Column)}
    return [column for column in clause.find_all(exp.Column) if id(column) not in inner]


def _columns(scope: Scope, tables: Mapping[str, frozenset[str]]) -> set[str]:
    """Names that the scope's sources have, in lower case."""
    found: set[str] = set()
    for source in scope.sources.values():
        if isinstance(source, exp.Table):
            found |= tables.get(source.name.lower(), frozenset())
        elif isinstance(source.expression, exp.Query):
            named = [name.lower() for name in source.expression.named_selects]
            found |= set(named) if "*" not in named else _columns(source, tables)
    return found
