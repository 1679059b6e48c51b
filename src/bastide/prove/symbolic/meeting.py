"""What two patterns, or two sets of them, have to do with one another, where it is seen without a search.

``meet`` is exact. ``leaves`` is exact where it answers: it asks about a value whose wildcards hold a character like no
other. Most questions about policies end here, since most patterns are texts with stars.
"""

from __future__ import annotations

from functools import lru_cache

from bastide.prove.symbolic.blanks import BLANK
from bastide.prove.symbolic.pattern import Pattern
from bastide.prove.symbolic.tokens import COLON, ONE, STAR

Union = tuple[Pattern, ...]


def within(generic: str, union: Union) -> bool:
    """Whether one pattern alone covers the pattern of a generic value (``Pattern.generic``)."""
    return any(one.is_starred and one.matches(generic) for one in union)


def leaves(inside: Union, outside: Union) -> bool | None:
    """Whether some value of ``inside`` is not in ``outside``; None where that is not seen at once."""
    known: bool | None = False
    for pattern in inside:
        if not pattern.is_cased:
            return None
        value = pattern.generic
        shutting = [one for one in outside if one.matches(value)]
        if not shutting:
            return True
        if known is False and not any(one.is_starred for one in shutting):
            known = None
    return known


def may_meet(left: Union, right: Union) -> bool:
    """Whether two sets have a value in common."""
    return any(meet(one, other) for one in left for other in right)


def meet(one: Pattern, other: Pattern) -> bool:
    """Whether two patterns have a value in common."""
    if one.simple and other.simple:
        return both(one.simple, other.simple) is not None
    head, other_head = one.prefix, other.prefix
    if not (head.startswith(other_head) or other_head.startswith(head)):
        return False
    if one.service != other.service and one.service and other.service:
        return False
    if one.ends and other.ends:
        return _ends_meet(one.ends, other.ends)
    if one.is_literal and other.is_cased:
        return other.matches(one.generic)
    if other.is_literal and one.is_cased:
        return one.matches(other.generic)
    return one.is_everything or other.is_everything or _overlap(one, other)


def _ends_meet(ends: tuple[str, str], others: tuple[str, str]) -> bool:
    """Where both patterns have a star that takes in anything, only their beginnings and ends count.

    The longer beginning, what stands between stars in one, then in the other, and the longer end make a value of both.
    """
    (head, tail), (other_head, other_tail) = ends, others
    return _agree(head, other_head) and _agree(tail[::-1], other_tail[::-1])


def _agree(one: str, other: str) -> bool:
    """Whether two beginnings can begin one value."""
    if one.startswith(other) or other.startswith(one):
        return True
    if BLANK not in one and BLANK not in other:
        return False
    return all(char == their or BLANK in (char, their) for char, their in zip(one, other, strict=False))


def both(one: tuple[str, bool], other: tuple[str, bool]) -> tuple[str, bool] | None:
    """What two simple patterns have in common, which is one of them or nothing."""
    (text, open_), (other_text, other_open) = one, other
    if open_ and other_text.startswith(text):
        return other
    return one if (other_open and text.startswith(other_text)) or one == other else None


@lru_cache(maxsize=262_144)
def _overlap(one: Pattern, other: Pattern) -> bool:
    """The tokens of ``one`` walked over the automaton of ``other``: of each, any character that both can take."""
    table = other.table
    colons = table.any | table.ones.get(COLON, 0)  # positions that step over a colon
    wild = no_colon = table.any | table.any_but_colon  # over some other character
    for char, mask in table.ones.items():
        no_colon |= mask if char != COLON else 0
    stay = table.stay | table.stay_but_colon
    every = table.final * 2 - 1
    at = table.start
    for token in one.tokens:
        if token.kind == ONE:
            after = 0
            for char in token.chars:
                over = colons if char == COLON else wild | table.ones.get(char, 0)
                after |= ((at & over) << 1) | (at & (table.stay if char == COLON else stay))
        elif token.kind == STAR:
            after = every & -(at & -at) if token.colon else _flood(at, no_colon | stay)
        else:
            after = ((at & (no_colon | colons if token.colon else no_colon)) << 1) | (at & stay)
        at = (after | ((after & table.stars) << 1)) & every
        if not at:
            return False
    return bool(at & table.final)


def _flood(at: int, passable: int) -> int:
    """Positions reached from ``at`` over any number of passable ones."""
    while (further := at | ((at & passable) << 1)) != at:
        at = further
    return at
