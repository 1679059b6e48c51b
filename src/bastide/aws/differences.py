"""What a change asks for, in the forms that API calls take. The names of what differs are in ``shape``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bastide.model import Change, Properties


def desired(change: Change) -> Properties:
    """All properties as they shall be: what is declared, and what was observed unless a difference takes it away."""
    removed = {difference.path for difference in change.differences if difference.after is None}
    merged = {**(change.before or {}), **(change.after or {})}
    return {name: value for name, value in merged.items() if name not in removed}


def missing(wanted: Iterable[Any] | None, there: Iterable[Any] | None) -> list[Any]:
    """What is wanted and not there, in the order wanted.

    >>> missing(["b", "a"], ["a"])
    ['b']
    """
    present = list(there or ())
    return [item for item in wanted or () if item not in present]


def tag_map(tags: Iterable[dict[str, str]] | None) -> dict[str, str]:
    """Registry-shaped tags as the mapping that newer APIs take."""
    return {tag["Key"]: tag["Value"] for tag in tags or ()}
