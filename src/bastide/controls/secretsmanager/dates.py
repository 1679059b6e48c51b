"""Dates that a live secret tells: how many days ago something happened when the estate was read."""

from __future__ import annotations

from bastide.controls.check import NEW
from bastide.controls.iam.credentials import now, parse_time
from bastide.model import Estate, Resource, Unknown


def is_new(secret: Resource) -> bool:
    """A secret that is yet to be made, of which nothing of the kind can be said."""
    return secret.origin.source in NEW


def days_since(secret: Resource, estate: Estate, name: str) -> float | Unknown | None:
    """Days since the moment that a property tells; None when it tells none."""
    value, read_at = secret.get(name), now(estate)
    if isinstance(value, Unknown) or value is None:
        return value
    if isinstance(read_at, Unknown):
        return read_at
    moment = parse_time(value)
    return Unknown("not a date") if moment is None else (read_at - moment).total_seconds() / 86400
