"""Is there a value that matches one pattern of every required set and no excluded pattern? Exact, with the value.

All automata run side by side over one value, which is grown breadth first. Three facts keep that small:
- a character that no required pattern waits for is as good as any other such character, so one of them is tried;
- of two ways to the same required positions, the one in which fewer excluded patterns are under way is better, and the
  other is dropped (the antichain method for inclusion of automata);
- once an excluded pattern has reached a final star, nothing can come of it.
Before that, a few guessed values are tried, which answers most questions that have an answer.

It is bounded by ``LIMIT`` states, and all searches of one question together by ``WORK``; past either it raises
``NotDecided`` instead of guessing.

Source: De Wulf, Doyen, Henzinger, Raskin, "Antichains: a new algorithm for checking universality of finite automata".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bastide.iam.wildcards import match_pieces
from bastide.prove.symbolic.blanks import BLANK, HOLE
from bastide.prove.symbolic.machine import Machine
from bastide.prove.symbolic.meeting import Union, may_meet, meet, within
from bastide.prove.symbolic.pattern import Pattern, glob
from bastide.prove.symbolic.tokens import COLON

LIMIT = 50_000  # states of one search
WORK = 2_000_000  # steps of all searches of one question, seconds; a step over many positions counts for several
OTHER = "\0"  # stands for a character that no pattern names, until the value is written down
LETTERS = "xyzwvutsrqponmlkjihgfedcba0123456789-_XYZWVUTSRQPONMLKJIHGFEDCBA.+=@,~!#%&;<>|^`'\"()[]{}"
REST = BLANK + HOLE  # how a pattern ends that asks for one character more
GUESSED = 8  # patterns of a set whose likeliest values are tried first

_EVERYTHING: Union = (glob("*"),)


class NotDecided(Exception):
    """The question is larger than a named limit: neither yes nor no may be concluded."""


class _Left:
    """What is left of the work that the question under way may cost."""

    work = WORK


def renew() -> None:
    """Begin a question: all of its work is still to be spent."""
    _Left.work = WORK


def spend(work: int) -> None:
    """Take work away from what the question may cost.

    Raises:
        NotDecided: nothing is left.
    """
    _Left.work -= work
    if _Left.work < 0:
        raise NotDecided(f"more than {WORK:,} steps of search")


@lru_cache(maxsize=262_144)
def find(required: tuple[Union, ...], excluded: frozenset[Pattern]) -> str | None:
    """A value in one pattern of each union in ``required`` and in none of ``excluded``; None when there is none.

    Raises:
        NotDecided: more than ``LIMIT`` states.
    """
    return _first(_narrowed(required), excluded)


def _first(unions: list[Union], excluded: frozenset[Pattern]) -> str | None:
    if any(not union for union in unions) or any(pattern.is_everything for pattern in excluded):
        return None
    for chosen in _branches(unions):
        # One pattern of the smallest set at a time: smaller automata, and a cache that is hit more often.
        spend(1 + len(excluded) // 8)
        known, found = _generic(chosen[0][0], excluded) if len(chosen) == 1 else (False, None)
        if not known:
            near = frozenset(one for one in excluded if meet(one, chosen[0][0]))
            found = _find(chosen, near)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=262_144)
def exists(required: tuple[Union, ...], excluded: frozenset[Pattern]) -> bool:
    """Whether ``find`` finds a value; cheaper where two sets of patterns only have to meet.

    Raises:
        NotDecided: as ``find``.
    """
    unions = _narrowed(required)
    if not excluded and len(unions) <= 2:
        return all(unions) and (len(unions) < 2 or may_meet(unions[0], unions[1]))
    return _first(unions, excluded) is not None


def covered(required: tuple[Union, ...], excluded: frozenset[Pattern]) -> bool:
    """Whether everything in all of ``required`` is in ``excluded``.

    Raises:
        NotDecided: more than ``LIMIT`` states.
    """
    return find(required, excluded) is None


def _narrowed(required: Sequence[Union]) -> list[Union]:
    """The unions without repetition and without those that require nothing; those that say most first."""
    kept = {union for union in required if not any(pattern.is_everything for pattern in union)}
    if len(kept) < 2:
        return [*kept] or [_EVERYTHING]
    return sorted(kept, key=_width)


def _width(union: Union) -> tuple[bool, int, list[str]]:
    """The order in which sets are split: first those that begin with characters, then the smaller ones."""
    return not all(pattern.prefix for pattern in union), len(union), [pattern.text for pattern in union]


def _branches(unions: Sequence[Union]) -> Iterator[tuple[Union, ...]]:
    first, rest = unions[0], unions[1:]
    for pattern in first:
        others = [union for union in rest if not (pattern.is_cased and within(pattern.generic, union))]
        left: list[Union] = [tuple(one for one in union if meet(one, pattern)) for union in others]
        if all(left):
            yield ((pattern,), *left)


def free_letter(patterns: Iterable[Pattern]) -> str:
    """A character that stands in none of the patterns."""
    named = {COLON}.union(*(pattern.alphabet for pattern in patterns))
    free = next((char for char in LETTERS if char not in named), None)
    return free or next(chr(code) for code in range(0x100, 0x10000) if chr(code) not in named)


@lru_cache(maxsize=262_144)
def _find(unions: tuple[Union, ...], excluded: frozenset[Pattern]) -> str | None:
    against = Machine(sorted(excluded, key=lambda pattern: pattern.text))
    spend(against.positions // 8 + len(unions[0]) * against.price)
    if any(len(union) == 1 and against.covers(union[0]) for union in unions):
        return None
    for union in unions:
        for value in (value for pattern in union[:GUESSED] for value in pattern.instances):
            if all(any(one.matches(value) for one in each) for each in unions) and not any(
                one.matches(value) for one in excluded
            ):
                return value
    if len(unions) == 1 and all(pattern.is_literal for pattern in unions[0][:GUESSED]) and len(unions[0]) <= GUESSED:
        return None  # every value there is was tried
    return _explore(unions, excluded, against)


def _generic(pattern: Pattern, excluded: frozenset[Pattern]) -> tuple[bool, str | None]:
    """(whether it is decided, a value of ``pattern`` in none of ``excluded`` or None) by a value like no other.

    Its wildcards hold a character that no pattern names. Nobody excludes it: it is an example. A pattern without ``?``
    that does takes that character in by a star, which takes in anything else as well: it covers ``pattern`` whole.
    """
    if not pattern.is_cased:
        return False, None
    value = pattern.generic
    shutting = [one for one in excluded if one.matches(value)]
    if any(one.is_starred for one in shutting):
        return True, None
    if shutting and any(_with_rest(one, value, {other.key for other in excluded}) for one in shutting):
        return True, None
    if shutting:
        return False, None
    for likely in pattern.instances:
        if not any(one.matches(likely) for one in excluded):
            return True, likely
    return True, value.replace(OTHER, free_letter((pattern, *excluded)))


def _with_rest(one: Pattern, generic: str, keys: Collection[object]) -> bool:
    """Whether ``one`` is ``x?*`` beside an ``x``: together ``x*``, which covers what it matches generically."""
    key = one.key
    if not isinstance(key, str) or not key.endswith(REST):
        return False
    bare = key.removesuffix(REST)
    return bare in keys and BLANK not in bare and match_pieces([*bare.split(HOLE), ""], generic)


class _State(NamedTuple):
    required: tuple[int, ...]
    excluded: int
    before: int
    char: str


def _explore(unions: tuple[Union, ...], excluded: frozenset[Pattern], against: Machine) -> str | None:
    """The shortest value, or None; breadth first with the antichain."""
    machines = [Machine(union) for union in unions]
    colon = against.by_colon or any(machine.by_colon for machine in machines)
    price = against.price + sum(machine.price for machine in machines) - 1
    states = [_State(tuple(machine.start for machine in machines), against.start, -1, "")]
    seen: dict[tuple[int, ...], list[int]] = {}
    queue: deque[int] = deque()
    if not states[0].excluded & against.absorbing:
        seen[states[0].required] = [states[0].excluded]
        queue.append(0)
    while queue:
        index = queue.popleft()
        state = states[index]
        if not state.excluded & against.final and all(
            at & machine.final for at, machine in zip(state.required, machines, strict=True)
        ):
            return _written(states, index, unions, excluded)
        for char in _characters(machines, state.required, colon):
            spend(price)
            after = tuple(machine.step(at, char) for at, machine in zip(state.required, machines, strict=True))
            if not all(after):
                continue
            under_way = against.step(state.excluded, char)
            if under_way & against.absorbing or not _is_better(seen.setdefault(after, []), under_way):
                continue
            states.append(_State(after, under_way, index, char))
            queue.append(len(states) - 1)
            if len(states) > LIMIT:
                raise NotDecided(f"more than {LIMIT:,} states of patterns")
    return None


def _characters(machines: Sequence[Machine], at: tuple[int, ...], colon: bool) -> Iterator[str]:
    """Characters to try: those that a required pattern waits for, and one that none names."""
    for machine, mask in zip(machines, at, strict=True):
        if mask & (mask - 1) == 0 and not mask & machine.wild:
            yield from machine.awaited(mask)  # one position, which waits for a character: no other leads on
            return
    yield OTHER
    named = {char for machine, mask in zip(machines, at, strict=True) for char in machine.awaited(mask)}
    if colon:
        named.add(COLON)
    yield from sorted(named)


def _is_better(known: list[int], under_way: int) -> bool:
    """Whether no known set of positions is within this one; then it replaces those that it is within."""
    for other in known:
        if not other & ~under_way:
            return False
    known[:] = [other for other in known if under_way & ~other]
    known.append(under_way)
    return True


def _written(states: Sequence[_State], index: int, unions: Iterable[Union], excluded: Iterable[Pattern]) -> str:
    chars: list[str] = []
    while index > 0:
        chars.append(states[index].char)
        index = states[index].before
    value = "".join(reversed(chars))
    if OTHER not in value:
        return value
    return value.replace(OTHER, free_letter((*(pattern for union in unions for pattern in union), *excluded)))
