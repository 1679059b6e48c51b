"""Values of a resource with what is not known laid over them.

The one idea: three things look alike in a plan and are not. What the configuration does not mention and AWS will fill
in is absent, as it is in a CloudFormation template that leaves it out. What refers to a resource of the plan is that
resource. Everything else that is known after apply is Unknown, and so is what is sensitive and masked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bastide.model import Unknown, Value

AFTER_APPLY = "known after apply"
MASKS = frozenset({"(sensitive value)", "(sensitive)", "sensitive", "REDACTED", "[REDACTED]", "***", "********"})
# Texts that are built around references: the plan tells which resources they name, not what is said of them.
BUILT = re.compile(r"(?:policy|policies|document|definitions?|user_data\w*|template\w*|content|body|json|pattern)$")
Resolve = Callable[[Any, str], Value]  # an expression and an attribute's name to a value; None when it does not say
NOT_TOLD = object()  # the configuration of the enclosing block is not known


def overlaid(
    values: Mapping[str, Any], unknown: Any, sensitive: Any, expressions: Any, resolve: Resolve
) -> dict[str, Any]:
    """The values with Unknown, or the named resource, where the plan does not know; masked ones are Unknown.

    ``expressions`` is the resource's configuration; None where it is not told, and then nothing is taken for absent.
    """
    laid = _laid(values, unknown, NOT_TOLD if expressions is None else expressions, "", resolve)
    masked = _masked(laid, sensitive)
    return masked if isinstance(masked, dict) else {}


def _laid(value: Any, unknown: Any, expression: Any, name: str, resolve: Resolve) -> Any:
    if unknown is True:
        if expression is None:
            return None
        found = resolve(expression, name) if expression is not NOT_TOLD else None
        return Unknown(AFTER_APPLY) if found is None else found
    if isinstance(unknown, Mapping):
        return _mapping(value, unknown, expression, resolve)
    if isinstance(unknown, list) and unknown:
        return _list(value if isinstance(value, list) else [], unknown, expression, name, resolve)
    return value


def _mapping(value: Any, unknown: Mapping[str, Any], expression: Any, resolve: Resolve) -> Any:
    made = dict(value) if isinstance(value, Mapping) else {}
    for key, part in unknown.items():
        if not part:
            continue
        inner = expression.get(key) if isinstance(expression, Mapping) and "references" not in expression else NOT_TOLD
        found = _laid(made.get(key), part, inner, key, resolve)
        if found is not None:
            made[key] = found
    return made


def _list(value: list[Any], unknown: list[Any], expression: Any, name: str, resolve: Resolve) -> list[Any]:
    blocks = expression if isinstance(expression, list) and len(expression) == len(unknown) else None
    named = _each_named(unknown, expression, name, resolve)
    made: list[Any] = []
    for index, part in enumerate(unknown):
        inner = blocks[index] if blocks else NOT_TOLD
        if isinstance(expression, Mapping) and "references" not in expression and len(unknown) == 1:
            inner = expression
        there = value[index] if index < len(value) else None
        made.append(named[index] if named and part is True else _laid(there, part, inner, name, resolve))
    return made + value[len(unknown) :]


def _each_named(unknown: list[Any], expression: Any, name: str, resolve: Resolve) -> list[Any] | None:
    """The items of a list that is nothing but references, one for each item."""
    if not (isinstance(expression, Mapping) and all(part is True for part in unknown)):
        return None
    found = resolve(expression, name)
    items = found if isinstance(found, list) else [found]
    return items if found is not None and len(items) == len(unknown) else None


def _masked(value: Any, sensitive: Any) -> Any:
    if sensitive is True:
        return Unknown("sensitive") if isinstance(value, str) and value in MASKS else value
    if isinstance(sensitive, Mapping) and isinstance(value, Mapping):
        made = dict(value)
        for key, part in sensitive.items():
            if key not in made and part is True:
                made[key] = Unknown("sensitive")
            elif key in made and part:
                made[key] = _masked(made[key], part)
        return made
    if isinstance(sensitive, list) and isinstance(value, list):
        return [_masked(item, sensitive[index]) if index < len(sensitive) else item for index, item in enumerate(value)]
    return value
