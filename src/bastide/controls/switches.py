"""A boolean property is on."""

from __future__ import annotations

from bastide.controls.lookup import truth
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, unknown


def is_on(value: Value) -> bool:
    """A boolean property is true; templates also spell it as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def require_on(resource: Resource, path: str, otherwise: str) -> Verdict:
    """PASS when the property at ``path`` is true; FAIL with the reason ``otherwise`` when it is off or absent."""
    value = resource.get(path)
    found = truth(False if value is None else value)
    if isinstance(found, Unknown):
        return unknown(found, path)
    return PASS if found else fail(otherwise, path)
