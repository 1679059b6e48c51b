"""Parameters of a query: `$name` stands for a value, given as text on a command line, typed by the query.

One idea: a value becomes a literal of the parsed tree, so it is data to every engine and can never be SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from math import isfinite

from sqlglot import exp

from bastide.errors import InputError

TYPES = ("string", "strings", "int", "double", "boolean", "date", "timestamp")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its type, what it means, and its default as text (None: it must be given)."""

    name: str
    type: str
    about: str = ""
    default: str | None = None


def bind(tree: exp.Expr, declared: Mapping[str, Parameter], given: Mapping[str, str], where: str) -> None:
    """Put values in the place of parameters, in the tree itself.

    Raises:
        InputError: a parameter without value, a value without parameter, or one of the wrong type.
    """
    nodes = [node for node in tree.find_all(exp.Parameter, exp.Placeholder) if node.name]
    asked = {node.name for node in nodes}
    for name in given:
        if name not in asked and name not in declared:
            near = get_close_matches(name, sorted({*asked, *declared}), n=1)
            known = ", ".join(sorted({*asked, *declared})) or "it has none"
            raise InputError(
                f"the query has no parameter {name!r}", where, f"did you mean {near[0]}?" if near else known
            )
    for node in nodes:
        parameter = declared.get(node.name) or Parameter(node.name, "")
        text = given.get(node.name, parameter.default)
        if text is None:
            raise InputError(f"the query needs a value for ${node.name}", where, f"add --param {node.name}=VALUE")
        _put(node, render_value(parameter, text, where))


def _put(node: exp.Expr, value: exp.Expr) -> None:
    """A list's items stand side by side where the parameter stands in IN (…)."""
    items = value.expressions if isinstance(value, exp.Tuple) else [value]
    if isinstance(node.parent, exp.In):
        others = [one for one in node.parent.expressions if one is not node]
        node.parent.set("expressions", [*others, *items])
    elif isinstance(value, exp.Tuple):
        node.replace(exp.paren(items[0]) if len(items) == 1 else value)
    else:
        node.replace(value)


def render_value(parameter: Parameter, text: str, where: str) -> exp.Expr:
    """The value as a literal of the parameter's type; without a type, digits are a number and all else is text.

    Raises:
        InputError: the text is not of the type.
    """
    kind = parameter.type or ("int" if re.fullmatch(r"-?\d{1,11}", text) else "string")
    try:
        return _LITERALS[kind](text)
    except ValueError as wrong:
        fix = f"give {parameter.name} as {kind}" + (f", such as {_SAMPLES[kind]}" if kind in _SAMPLES else "")
        raise InputError(f"{text!r} is no value of {parameter.name}", where, fix) from wrong


_SAMPLES = {"date": "2026-01-31", "timestamp": "2026-01-31T12:00:00Z", "boolean": "true", "strings": "one,two"}


def _number(text: str) -> exp.Expr:
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def _whole(text: str) -> exp.Expr:
    value = int(text)
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def _truth(text: str) -> exp.Expr:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return exp.Boolean(this=text.lower() == "true")


def _date(text: str) -> exp.Expr:
    day = datetime.strptime(text, "%Y-%m-%d").date()
    return exp.cast(exp.Literal.string(day.isoformat()), "DATE")


def _moment(text: str) -> exp.Expr:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return exp.cast(exp.Literal.string(moment.isoformat(sep=" ")), "TIMESTAMPTZ")


def _strings(text: str) -> exp.Expr:
    # Inside IN (…) the list's items stand side by side; an empty list matches nothing.
    items = [item.strip() for item in text.split(",") if item.strip()]
    return exp.Tuple(expressions=[exp.Literal.string(item) for item in items]) if items else exp.null()


_LITERALS = {
    "string": exp.Literal.string,
    "strings": _strings,
    "int": _whole,
    "double": _number,
    "boolean": _truth,
    "date": _date,
    "timestamp": _moment,
}
