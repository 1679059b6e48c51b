"""A guardrail with its parameters filled in, as policy statements.

A placeholder stands for one text or for many: in a list, many texts become many elements (``<<log_buckets>>/*`` one for
each bucket). An empty list takes a negated condition away, because a test that no value can fail is always true;
anywhere else it is an error, because the statement would silently mean something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any

from bastide.errors import InputError, Problem
from bastide.iam.parse import parse_policy
from bastide.iam.vocabulary import negated, suggest
from bastide.model import Statement
from bastide.prove.guardrail import PLACEHOLDER, Guardrail, Value

Parameters = Mapping[str, str | int | Iterable[str]]


def render(guardrail: Guardrail, parameters: Parameters | None = None) -> tuple[Statement, ...]:
    """The statements of a guardrail.

    Raises:
        InputError: unknown, missing or empty parameters, all of them at once.
    """
    values = _values(guardrail, parameters or {})
    filled = [_statement(guardrail, statement, values) for statement in guardrail.statements]
    document = parse_policy({"Version": "2012-10-17", "Statement": filled}, where=f"guardrail {guardrail.name}")
    return document.statements


def _values(guardrail: Guardrail, given: Parameters) -> dict[str, tuple[str, ...]]:
    """Every parameter of the guardrail as a tuple of texts."""
    where = f"guardrail {guardrail.name}"
    known = guardrail.parameters
    problems = [
        Problem(f"guardrail {guardrail.name} has no parameter {name!r}", where, suggest(name, known))
        for name in given
        if name not in known
    ]
    problems += [
        Problem(f"guardrail {guardrail.name} needs {name!r}", where, f"give {name}: {parameter.about}")
        for name, parameter in known.items()
        if parameter.default is None and name not in given
    ]
    if problems:
        raise InputError.of(problems)
    return {name: _texts(given.get(name, parameter.default)) for name, parameter in known.items()}


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, str | int):
        return (str(value),)
    return tuple(str(item) for item in value)


def _statement(guardrail: Guardrail, statement: Mapping[str, Any], values: Mapping[str, Value]) -> dict[str, Any]:
    filled = {name: _fill(value, values) for name, value in statement.items() if name != "Condition"}
    empty = [name for name, value in filled.items() if value == []]
    condition: dict[str, dict[str, Any]] = {}
    for operator, tests in statement.get("Condition", {}).items():
        found = {_one(key, values): _fill(value, values) for key, value in tests.items()}
        kept = {key: value for key, value in found.items() if value != [] or not negated(operator)}
        empty += [key for key, value in kept.items() if value == []]
        condition |= {operator: kept} if kept else {}
    if empty:
        raise InputError(
            f"guardrail {guardrail.name} has an empty {', '.join(empty)}", f"guardrail {guardrail.name}",
            "a parameter may not be an empty list here",
        )  # fmt: skip
    return filled | ({"Condition": condition} if condition else {})


def _fill(value: Any, values: Mapping[str, Value]) -> Any:
    """A text or a list with its placeholders filled in; a lone text stays one where it can."""
    if isinstance(value, Mapping):
        return {key: _fill(item, values) for key, item in value.items()}
    items = value if isinstance(value, list) else [value]
    found = [text for item in items for text in _expand(item, values)]
    return found[0] if len(found) == 1 else found


def _expand(text: str, values: Mapping[str, Value]) -> list[str]:
    names = sorted(set(PLACEHOLDER.findall(text)))
    found = []
    for chosen in product(*(values[name] for name in names)):
        filling = dict(zip(names, chosen, strict=True))
        found.append(PLACEHOLDER.sub(lambda match, filling=filling: filling[match[1]], text))  # type: ignore[misc]
    return found


def _one(key: str, values: Mapping[str, Value]) -> str:
    """A condition key, in which a placeholder stands for exactly one text."""
    found = _expand(key, values)
    if len(found) != 1:
        raise InputError(f"a condition key stands for one text, not {len(found)}: {key}")
    return found[0]
