"""Sets of strings as values, closed under all set operations; the algebra behind resources and condition values.

A set is a union of *parts*; a part is what matches one pattern of every required union and no excluded pattern, which
is exactly what ``search`` decides. Emptiness, containment and equality are therefore exact and come with a witness;
past ``search.LIMIT`` they raise ``NotDecided``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from bastide.prove.symbolic.meeting import Union
from bastide.prove.symbolic.pattern import Pattern
from bastide.prove.symbolic.search import NotDecided, find

PARTS = 4_096  # of one set


@dataclass(frozen=True, slots=True)
class Part:
    """Strings in one pattern of each of ``required`` and in none of ``excluded``."""

    required: frozenset[Union] = frozenset()
    excluded: frozenset[Pattern] = frozenset()

    def witness(self) -> str | None:
        """A string of the part; None when it is empty."""
        order = sorted(self.required, key=lambda union: [pattern.text for pattern in union])
        return find(tuple(order), self.excluded)

    def negated(self) -> list[Part]:
        """Everything else, as parts."""
        outside = [Part(excluded=frozenset(union)) for union in self.required]
        return [*outside, Part(frozenset({tuple(self.excluded)}))] if self.excluded else outside


@dataclass(frozen=True, slots=True)
class StringSet:
    """A set of strings. Two sets with the same strings may differ as values; ``same`` compares what is in them."""

    parts: tuple[Part, ...]

    def __or__(self, other: StringSet) -> StringSet:
        return _bounded((*self.parts, *other.parts))

    def __and__(self, other: StringSet) -> StringSet:
        both = product(self.parts, other.parts)
        return _bounded(Part(one.required | two.required, one.excluded | two.excluded) for one, two in both)

    def __invert__(self) -> StringSet:
        found = EVERY_STRING
        for part in self.parts:
            found &= StringSet(tuple(part.negated()))
        return found

    def __sub__(self, other: StringSet) -> StringSet:
        return self & ~other

    def __contains__(self, value: str) -> bool:
        return any(
            all(any(one.matches(value) for one in union) for union in part.required)
            and not any(one.matches(value) for one in part.excluded)
            for part in self.parts
        )

    def witness(self) -> str | None:
        """A string of the set; None when it is empty.

        Raises:
            NotDecided: more than ``search.LIMIT`` states.
        """
        return next((value for part in self.parts if (value := part.witness()) is not None), None)

    def covers(self, other: StringSet) -> bool:
        """Whether every string of ``other`` is in it. Raises as ``witness``."""
        return (other - self).witness() is None

    def same(self, other: StringSet) -> bool:
        """Whether both hold the same strings. Raises as ``witness``."""
        return self.covers(other) and other.covers(self)


EVERY_STRING = StringSet((Part(),))
NO_STRING = StringSet(())


def matching(*patterns: Pattern) -> StringSet:
    """The strings that one of the patterns matches."""
    return StringSet((Part(frozenset({patterns})),)) if patterns else NO_STRING


def _bounded(parts: Iterable[Part]) -> StringSet:
    found = tuple(dict.fromkeys(parts))
    if len(found) > PARTS:
        raise NotDecided(f"more than {PARTS:,} parts of a set of strings")
    return StringSet(found)
