"""The commonest check: one property has the one right value."""

from __future__ import annotations

from collections.abc import Iterable

from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, unknown


def is_on(value: Value) -> bool:
    """A boolean property is true; templates also spell it as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def require_on(resource: Resource, path: str, otherwise: str) -> Verdict:
    """PASS when the property at ``path`` is true; FAIL with the reason ``otherwise`` when it is off or absent."""
    value = resource.get(path)
    if isinstance(value, Unknown):
        return unknown(value, path)
    return PASS if is_on(value) else fail(otherwise, path)


def require_value(resource: Resource, path: str, allowed: Iterable[Value], otherwise: str) -> Verdict:
    """PASS when the property at ``path`` is one of ``allowed``; FAIL for the reason ``otherwise`` when it is not."""
    value = resource.get(path)
    if isinstance(value, Unknown):
        return unknown(value, path)
    return PASS if value in tuple(allowed) else fail(otherwise, path)
