"""How deep values may be nested before nothing is made of them: no resource of AWS comes near it."""

from __future__ import annotations

from typing import Any

MAX_DEPTH = 100


def too_deep(value: Any) -> bool:
    """Whether decoded JSON is nested more than a hundred deep; without recursion."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return False
        inside = (one.values() if isinstance(one, dict) else one for one in level)
        level = [inner for members in inside for inner in members if isinstance(inner, dict | list)]
    return True
