"""A checked question as SQL text: for DuckDB as we run it, and for Spark, Trino and Athena.

One idea: sqlglot translates; the few places where the engines mean different things by the same word are put right in
the tree first. JSON access is the one that matters: a text field of a JSON column is `json_text(column, '$.a.b')`.

Source: Spark SQL, `get_json_object`; Trino, `json_extract_scalar`; Amazon Athena engine version 3.
"""

from __future__ import annotations

from sqlglot import ErrorLevel, exp
from sqlglot.errors import UnsupportedError

from bastide.errors import InputError
from bastide.lake.sql.path import render_path

DIALECTS = ("duckdb", "spark", "trino", "athena")


def normalize(tree: exp.Expr) -> exp.Expr:
    """The tree with `json_text(…)` as the node that sqlglot renders for each engine."""
    return tree.transform(_as_extract)


def _as_extract(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name.lower() == "json_text" and len(node.expressions) == 2:
        column, path = node.expressions
        return exp.JSONExtractScalar(this=column, expression=path)
    return node


def render(tree: exp.Expr, dialect: str, where: str, *, pretty: bool = False) -> str:
    """The question as the engine's SQL.

    Raises:
        InputError: the engine has no word for a part of it.
    """
    copy = tree.copy().transform(_as_macro if dialect == "duckdb" else _for_others)
    try:
        return str(copy.sql(dialect=dialect, pretty=pretty, unsupported_level=ErrorLevel.RAISE))
    except UnsupportedError as wrong:
        raise InputError(f"{dialect} cannot run this query: {wrong}", where) from wrong


def _as_macro(node: exp.Expr) -> exp.Expr:
    """`json_text` is a macro of the session: DuckDB's own extraction fails on what is no JSON, the others' does not."""
    if isinstance(node, exp.JSONExtractScalar):
        path = node.expression
        text = path if not isinstance(path, exp.JSONPath) else exp.Literal.string(render_path(path))
        return exp.Anonymous(this="json_text", expressions=[node.this, text])
    return node


def _for_others(node: exp.Expr) -> exp.Expr:
    """`now()` is DuckDB's and Spark's; Trino and Athena know the standard's word."""
    if isinstance(node, exp.Anonymous) and node.name.lower() == "now":
        return exp.CurrentTimestamp()
    return node
