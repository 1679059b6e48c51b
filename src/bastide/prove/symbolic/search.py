"""Is there a value that matches one pattern of every required set and no excluded pattern? Exact, with the value.

All automata run side by side over one value, which is grown breadth first. Three facts keep that small:
- a character that no required pattern waits for is as good as any other such character, so one of them is tried;
- of two ways to the same required positions, the one in which fewer excluded patterns are under way is better, and the
  other is dropped (the antichain method for inclusion of automata);
- once an excluded pattern has reached a final star, nothing can come of it.
Before that, a few guessed values are tried, which answers most questions that have an answer.

It is bounded by ``LIMIT`` states; past it, it raises ``NotDecided`` instead of guessing.

Source: De Wulf, Doyen, Henzinger, Raskin, "Antichains: a new algorithm for checking universality of finite automata".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from bastide.prove.symbolic.pattern import COLON, Pattern, glob

LIMIT = 50_000  # states of one search
OTHER = "\0"  # stands for a character that no pattern names, until the value is written down
LETTERS = "xyzwvutsrqponmlkjihgfedcba0123456789-_XYZWVUTSRQPONMLKJIHGFEDCBA.+=@,~!#%&;<>|^`'\"()[]{}"
FILLINGS = ("example", "x", "")

Union = tuple[Pattern, ...]
_EVERYTHING: Union = (glob("*"),)


class NotDecided(Exception):
    """The question is larger than a named limit: neither yes nor no may be concluded."""


@lru_cache(maxsize=262_144)
def find(required: tuple[Union, ...], excluded: frozenset[Pattern]) -> str | None:
    """A value in one pattern of each union in ``required`` and in none of ``excluded``; None when there is none.

    Raises:
        NotDecided: more than ``LIMIT`` states.
    """
    unions = _narrowed(required)
    if any(not union for union in unions) or any(pattern.is_everything for pattern in excluded):
        return None
    for chosen in _branches(unions):
        # One pattern of the smallest set at a time: smaller automata, and a cache that is hit more often.
        near = frozenset(one for one in excluded if _meet(one, chosen[0][0]))
        found = _find(chosen, near)
        if found is not None:
            return found
    return None


def covered(required: tuple[Union, ...], excluded: frozenset[Pattern]) -> bool:
    """Whether everything in all of ``required`` is in ``excluded``.

    Raises:
        NotDecided: more than ``LIMIT`` states.
    """
    return find(required, excluded) is None


def _narrowed(required: Sequence[Union]) -> list[Union]:
    """The unions without repetition and without those that require nothing; smaller ones first."""
    kept = {union for union in required if not any(pattern.is_everything for pattern in union)}
    return sorted(kept, key=lambda union: (len(union), [pattern.text for pattern in union])) or [_EVERYTHING]


def _branches(unions: Sequence[Union]) -> Iterator[tuple[Union, ...]]:
    first, rest = unions[0], unions[1:]
    for pattern in first:
        left: list[Union] = [tuple(one for one in union if _meet(one, pattern)) for union in rest]
        if all(left):
            yield ((pattern,), *left)


def _meet(one: Pattern, other: Pattern) -> bool:
    """Whether two patterns may have a value in common, as far as their beginnings say."""
    return one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)


@lru_cache(maxsize=262_144)
def _find(unions: tuple[Union, ...], excluded: frozenset[Pattern]) -> str | None:
    for union in unions:
        for pattern in union[:8]:
            for filling in FILLINGS:
                value = pattern.instance(filling)
                if all(any(one.matches(value) for one in each) for each in unions) and not any(
                    one.matches(value) for one in excluded
                ):
                    return value
            if pattern.is_literal:
                break
    if len(unions) == 1 and any(union_[0] in excluded for union_ in unions if len(union_) == 1):
        return None
    return _explore(unions, excluded)


class Machine:
    """Several patterns as one automaton over one integer of positions."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.ones: dict[str, int] = {}
        self.any = self.any_but_colon = self.stay = self.stay_but_colon = 0
        self.stars = self.start = self.final = self.absorbing = 0
        self.finals: list[int] = []
        offset = 0
        for pattern in patterns:
            table = pattern.table
            for char, mask in table.ones.items():
                self.ones[char] = self.ones.get(char, 0) | (mask << offset)
            self.any |= table.any << offset
            self.any_but_colon |= table.any_but_colon << offset
            self.stay |= table.stay << offset
            self.stay_but_colon |= table.stay_but_colon << offset
            self.stars |= table.stars << offset
            self.start |= table.start << offset
            self.final |= table.final << offset
            self.finals.append(table.final << offset)
            self.absorbing |= table.absorbing << offset
            offset += table.size
        self.by_colon = bool(self.any_but_colon or self.stay_but_colon)

    def step(self, at: int, char: str) -> int:
        """Positions after one more character."""
        over = self.any | self.ones.get(char, 0)
        stay = self.stay
        if char != COLON:
            over |= self.any_but_colon
            stay |= self.stay_but_colon
        after = ((at & over) << 1) | (at & stay)
        return after | ((after & self.stars) << 1)

    def awaited(self, at: int) -> list[str]:
        """Characters that some position waits for, sorted."""
        return sorted(char for char, mask in self.ones.items() if at & mask)


class _State(NamedTuple):
    required: tuple[int, ...]
    excluded: int
    before: int
    char: str


def _explore(unions: tuple[Union, ...], excluded: frozenset[Pattern]) -> str | None:
    """The shortest value, or None; breadth first with the antichain."""
    machines = [Machine(union) for union in unions]
    against = Machine(sorted(excluded, key=lambda pattern: pattern.text))
    colon = against.by_colon or any(machine.by_colon for machine in machines)
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
    named = {COLON}.union(
        *(pattern.alphabet for union in unions for pattern in union), *(pattern.alphabet for pattern in excluded)
    )
    free = next((char for char in LETTERS if char not in named), None)
    return value.replace(OTHER, free or next(chr(code) for code in range(0x100, 0x10000) if chr(code) not in named))
