"""The paths and comparisons of an expression against the registry's schema: a typo is an error with a suggestion.

The one idea: a path that the schema describes is followed part by part; where the schema stops (a policy document, a
free mapping) anything may follow. Types of our own (``Bastide::…``) have no schema and are taken as they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bastide.declare.own_controls.decision import VARIABLES, Expression
from bastide.declare.own_controls.expression import ELEMENT, MACROS, Comparison, Path, shown_path
from bastide.declare.problems import nearest
from bastide.declare.templates.registry import known_type, near_types, schema_at
from bastide.errors import Problem

FUNCTIONS = frozenset({
    *MACROS, "bool", "bytes", "contains", "double", "duration", "dyn", "endsWith", "getDate", "getDayOfMonth",
    "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours", "getMilliseconds", "getMinutes", "getMonth",
    "getSeconds", "has", "int", "matches", "max", "min", "related", "size", "startsWith", "string",
    "timestamp", "type", "uint",
})  # fmt: skip
RESOURCE_KEYS = ("type", "account", "account_name", "unit", "region", "id", "arn", "name")
ORGANIZATION_KEYS = ("id", "management_account", "accounts")
EQUAL = frozenset({"==", "!=", "in"})
COMPARE = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": 'text: "…"',
    "array": "nothing; ask exists(…) or size(…)",
    "object": "nothing; compare one of its properties",
}


def wrong_type(resource_type: str) -> Iterator[Problem]:
    """The problem with a type that the registry does not have."""
    if not resource_type.startswith("Bastide::") and not known_type(resource_type):
        yield Problem(
            f"there is no resource type {resource_type}", fix=nearest(resource_type, near_types(resource_type))
        )


def wrong_words(expression: Expression, resource_type: str) -> Iterator[Problem]:
    """What an expression names that is not there, and what it compares that can never be equal."""
    for text in expression.reading.problems:
        yield Problem(text)
    for name in sorted({name for name in expression.program.functions() if name[:1].isalpha()} - FUNCTIONS):
        yield Problem(f"there is no function {name}()", fix=nearest(name, sorted(FUNCTIONS)))
    for kind, path in expression.reading.related:
        yield from wrong_type(kind)
        yield from _wrong_path(kind, tuple(path.split(".")))
    for reference in expression.reading.references:
        yield from _wrong_reference(reference.path, resource_type)
    for comparison in expression.reading.comparisons:
        yield from _never_equal(comparison, resource_type)


def _wrong_reference(path: Path, resource_type: str) -> Iterator[Problem]:
    root, rest = path[0], path[1:]
    if root == "properties":
        yield from _wrong_path(resource_type, rest)
    elif root.startswith("related "):
        yield from _wrong_path(root.removeprefix("related "), rest[1:])
    elif root in {"resource", "organization"}:
        keys = RESOURCE_KEYS if root == "resource" else ORGANIZATION_KEYS
        if rest and rest[0] not in keys:
            yield Problem(f"{root} has no {rest[0]}", fix=nearest(rest[0], list(keys)))
    elif root not in VARIABLES:
        yield Problem(f"there is no variable {root}", fix=nearest(root, list(VARIABLES)))


def _wrong_path(resource_type: str, path: Iterable[str]) -> Iterator[Problem]:
    path = tuple(path)
    for end in range(1, len(path) + 1):
        schema, names = schema_at(resource_type, path[:end])
        if schema is None:
            said = ".".join(part for part in path[:end] if part != ELEMENT) or "[]"
            yield Problem(f"{resource_type} has no property {said}", fix=nearest(path[end - 1], sorted(names)))
            return


def wrong_example(resource_type: str, properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Properties of an example that the type does not have. ``{unknown: reason}`` stands for a value of any shape."""
    for path in _paths(properties, ()):
        yield from _wrong_path(resource_type, path)


def _paths(value: Any, above: Path) -> Iterator[Path]:
    """The paths of a value's members, the deepest of each branch."""
    inside = [((*above, str(key)), one) for key, one in value.items()] if isinstance(value, Mapping) else []
    inside += [((*above, ELEMENT), one) for one in value] if isinstance(value, list) else []
    if not inside or (isinstance(value, Mapping) and set(value) == {"unknown"}):
        yield from [above] if above else []
        return
    for path, one in inside:
        yield from _paths(one, path)


def _never_equal(comparison: Comparison, resource_type: str) -> Iterator[Problem]:
    root, rest = comparison.path[0], comparison.path[1:]
    if root.startswith("related "):
        resource_type, rest = root.removeprefix("related "), rest[1:]
    elif root != "properties":
        return
    schema = schema_at(resource_type, rest)[0] or {}
    kind, value = schema.get("type"), comparison.literal.value
    if not isinstance(kind, str) or kind not in COMPARE or value is None:
        return
    said, options = shown_path(comparison.path), schema.get("enum", [value])
    if not _fits(value, kind):
        yield Problem(f"{said} is {kind} and is compared with {value!r}", fix=f"compare it with {COMPARE[kind]}")
    elif comparison.sign in EQUAL and value not in options:
        yield Problem(f"{said} is never {value!r}", fix=nearest(str(value), [str(one) for one in options]))


def _fits(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind in {"boolean"}
    if isinstance(value, int | float):
        return kind in {"integer", "number"}
    return kind in {"string"} if isinstance(value, str) else True
