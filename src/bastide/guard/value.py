"""Values that Guard compares: JSON values, patterns, ranges; and what is not known of them.

The one idea: a comparison is true, false, impossible (two kinds that do not compare, which fails a clause, negated
or not) or not decided, because a value could not be read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bastide.model import Unknown


class Incomparable(Exception):
    """Two values of kinds that do not compare."""


class Undecided(Exception):
    """A comparison that hangs on a value that could not be read."""


class Partial(dict[str, Any]):
    """A mapping of which only some members are known; what is missing is Unknown for ``reason``.

    ``absent`` names members that are known not to be there.
    """

    def __init__(self, known: Mapping[str, Any], reason: str, absent: frozenset[str] = frozenset()) -> None:
        super().__init__(known)
        self.reason, self.absent = reason, absent


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, as written and compiled; found anywhere in a text."""

    text: str
    compiled: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Range:
    """``r[10, 20)`` of whole numbers or of fractions."""

    low: float
    high: float
    with_low: bool
    with_high: bool

    def holds(self, value: float) -> bool:
        """Whether a number lies in it."""
        above = value >= self.low if self.with_low else value > self.low
        return above and (value <= self.high if self.with_high else value < self.high)


def kind_of(value: Any) -> str:
    """What Guard calls the kind of a value."""
    if isinstance(value, Mapping):
        return "struct"
    if isinstance(value, list | tuple):
        return "list"
    names = {bool: "bool", int: "int", float: "float", str: "string", type(None): "null", Pattern: "regex"}
    return names.get(type(value), "range")


def equal(first: Any, second: Any) -> bool:
    """Whether two values are equal, a text and a pattern when it is found in the text.

    Raises:
        Incomparable: they are of kinds that do not compare; a number and a fraction are such.
        Undecided: it hangs on an Unknown.
    """
    for one in (first, second):
        if isinstance(one, Unknown):
            raise Undecided(one.reason)
        if isinstance(one, Partial):
            raise Undecided(one.reason)
    kinds = kind_of(first), kind_of(second)
    if kinds == ("string", "regex"):
        return second.compiled.search(first) is not None
    if kinds == ("regex", "string"):
        return first.compiled.search(second) is not None
    if kinds == ("struct", "struct"):
        return len(first) == len(second) and set(first) == set(second) and _all_equal(
            (value, second[key]) for key, value in first.items()
        )  # fmt: skip
    if kinds == ("list", "list"):
        return len(first) == len(second) and _all_equal(zip(first, second, strict=True))
    if kinds[1] == "range" and kinds[0] == ("float" if isinstance(second.low, float) else "int"):
        return bool(second.holds(first))
    if kinds[0] == kinds[1] == "regex":
        return bool(first.text == second.text)
    if kinds[0] == kinds[1] and kinds[0] in ("bool", "int", "float", "string", "null"):
        return bool(first == second)
    raise Incomparable(f"{kinds[0]} and {kinds[1]} do not compare")


def _all_equal(pairs: Any) -> bool:
    doubt: Undecided | None = None
    for first, second in pairs:
        try:
            if not equal(first, second):
                return False
        except Undecided as unread:
            doubt = unread
    if doubt is not None:
        raise doubt
    return True


def same(first: Any, second: Any) -> bool:
    """As ``equal``; values that do not compare are different. Raises Undecided."""
    try:
        return equal(first, second)
    except Incomparable:
        return False


def before(first: Any, second: Any) -> int:
    """-1, 0 or 1: the order of two numbers, fractions or texts.

    Raises:
        Incomparable: they are of kinds that have no order, or of two kinds.
        Undecided: one of them is Unknown.
    """
    for one in (first, second):
        if isinstance(one, Unknown):
            raise Undecided(one.reason)
    kinds = {kind_of(first), kind_of(second)}
    if len(kinds) != 1 or not kinds <= {"int", "float", "string", "null"}:
        raise Incomparable(f"{kind_of(first)} and {kind_of(second)} do not compare")
    if first is None or first == second:
        return 0
    return -1 if first < second else 1
