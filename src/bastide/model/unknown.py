"""Values of properties: JSON values, and ``Unknown`` for what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Value = Any  # a JSON value or Unknown, at any depth
Properties = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that could not be read, and why (AccessDenied, an unresolved intrinsic, known after apply)."""

    reason: str

    def __bool__(self) -> bool:
        """Refuse to be a truth value, so that ``if not value`` cannot take Unknown for false or missing."""
        raise TypeError(f"an Unknown value has no truth value ({self.reason}); test isinstance(value, Unknown)")


def unknowns_in(value: Value) -> list[Unknown]:
    """Every Unknown inside ``value``, depth first."""
    if isinstance(value, Unknown):
        return [value]
    if isinstance(value, Mapping):
        return [found for item in value.values() for found in unknowns_in(item)]
    if isinstance(value, list | tuple):
        return [found for item in value for found in unknowns_in(item)]
    return []


def value_at(value: Value, path: str) -> Value:
    """The value at a dotted path (``A.B.0.C``; numbers index lists); None when absent, Unknown when unread."""
    for part in path.split("."):
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list | tuple) and part.isdigit():
            value = value[int(part)] if int(part) < len(value) else None
        else:
            return None
    return value
