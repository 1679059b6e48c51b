"""Values of properties: JSON values, and ``Unknown`` for what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Value = Any  # a JSON value or Unknown, at any depth
Properties = Mapping[str, Value]
PLAIN = frozenset({str, int, float, bool, type(None)})  # types of values that hold no others


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that could not be read, and why (AccessDenied, an unresolved intrinsic, known after apply).

    ``filled``: that there is a value, and no empty one, is known all the same. ``unwritten``: whatever the value is, it
    does not stand in what was read (a parameter that is given at deployment, a secret that is looked up then).
    """

    reason: str
    filled: bool = False
    unwritten: bool = field(default=False, compare=False)

    def __bool__(self) -> bool:
        """Refuse to be a truth value, so that ``if not value`` cannot take Unknown for false or missing."""
        raise TypeError(f"an Unknown value has no truth value ({self.reason}); test isinstance(value, Unknown)")


def unknowns_in(value: Value) -> list[Unknown]:
    """Every Unknown inside ``value``, depth first."""
    found: list[Unknown] = []
    _gather(value, found)
    return found


def _gather(value: Value, found: list[Unknown]) -> None:
    kind = type(value)
    if kind in PLAIN:
        return
    if kind is dict or isinstance(value, Mapping):
        for item in value.values():
            _gather(item, found)
    elif isinstance(value, list | tuple):
        for item in value:
            _gather(item, found)
    elif isinstance(value, Unknown):
        found.append(value)


def value_at(value: Value, path: str) -> Value:
    """The value at a dotted path (``A.B.0.C``; numbers index lists); None when absent, Unknown when unread."""
    for part in path.split("."):
        # Most values are plain dicts; asking for Mapping first would cost a third of an assessment.
        if type(value) is dict:
            value = value.get(part)
        elif isinstance(value, Unknown):
            return value
        elif isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        else:
            return None
    return value
