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
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from bastide.prove.symbolic.pattern import ANY, COLON, ONE, SINGLE, STAR, WILD, Pattern, Token, glob

LIMIT = 50_000  # states of one search
WORK = 2_000_000  # steps of all searches of one question, seconds; a step over many positions counts for several
POSITIONS = 2_048  # that are stepped over for the price of one
OTHER = "\0"  # stands for a character that no pattern names, until the value is written down
LETTERS = "xyzwvutsrqponmlkjihgfedcba0123456789-_XYZWVUTSRQPONMLKJIHGFEDCBA.+=@,~!#%&;<>|^`'\"()[]{}"

GUESSED = 8  # patterns of a set whose likeliest values are tried first

Union = tuple[Pattern, ...]
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
            near = frozenset(one for one in excluded if _meet(one, chosen[0][0]))
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
    if not excluded and len(unions) <= 2 and all(one.is_plain for union in unions for one in union):
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
        others = [union for union in rest if not (pattern.is_cased and _within(pattern.generic, union))]
        left: list[Union] = [tuple(one for one in union if _meet(one, pattern)) for union in others]
        if all(left):
            yield ((pattern,), *left)


def _within(generic: str, union: Union) -> bool:
    """Whether one pattern alone covers the pattern of a generic value (``_generic``)."""
    return any(one.is_starred and one.matches(generic) for one in union)


def may_meet(left: Union, right: Union) -> bool:
    """Whether two sets may have a value in common, as far as the beginnings of their patterns say."""
    return any(_meet(one, other) for one in left for other in right)


def _meet(one: Pattern, other: Pattern) -> bool:
    """Whether two patterns may have a value in common: no where that is plain to see."""
    if one.simple and other.simple:
        return both(one.simple, other.simple) is not None
    if not (one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)):
        return False
    return one.is_everything or other.is_everything or _overlap(one, other)


def both(one: tuple[str, bool], other: tuple[str, bool]) -> tuple[str, bool] | None:
    """What two simple patterns have in common, which is one of them or nothing."""
    (text, open_), (other_text, other_open) = one, other
    if open_ and other_text.startswith(text):
        return other
    return one if (other_open and text.startswith(other_text)) or one == other else None


def free_letter(patterns: Iterable[Pattern]) -> str:
    """A character that stands in none of the patterns."""
    named = {COLON}.union(*(pattern.alphabet for pattern in patterns))
    free = next((char for char in LETTERS if char not in named), None)
    return free or next(chr(code) for code in range(0x100, 0x10000) if chr(code) not in named)


@lru_cache(maxsize=262_144)
def _overlap(one: Pattern, other: Pattern) -> bool:
    """Whether two patterns have a value in common; exact but for stars without colon, which are taken for others."""
    table = other.table
    single = table.any | table.any_but_colon
    stay = table.stay | table.stay_but_colon
    at = table.start
    for token in one.tokens:
        if token.kind == STAR:
            at = table.final * 2 - (at & -at)  # every position from the first on
            continue
        over = single
        for char in token.chars:
            over |= table.ones.get(char, 0)
        after = ((at & (over if token.kind == ONE else ~table.stars)) << 1) | (at & stay)
        at = (after | ((after & table.stars) << 1)) & (table.final * 2 - 1)
        if not at:
            return False
    return bool(at & table.final)


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
    if any(one.is_starred or _with_rest(one, value, excluded) for one in shutting):
        return True, None
    if shutting:
        return False, None
    for likely in pattern.instances:
        if not any(one.matches(likely) for one in excluded):
            return True, likely
    return True, value.replace(OTHER, free_letter((pattern, *excluded)))


def _with_rest(one: Pattern, generic: str, excluded: frozenset[Pattern]) -> bool:
    """Whether ``one`` is ``x?*`` beside an ``x``: together ``x*``, which covers what it matches generically."""
    if one.tokens[-2:] != (SINGLE, WILD):
        return False
    bare = Pattern(one.tokens[:-2])
    return bare in excluded and bare.is_starred and Pattern((*bare.tokens, WILD)).matches(generic)


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
        self.wild = self.any | self.any_but_colon | self.stay | self.stay_but_colon
        self.by_colon = bool(self.any_but_colon or self.stay_but_colon)
        self.positions = offset
        self.price = 1 + offset // POSITIONS  # of one step, in work

    @cached_property
    def waiting(self) -> dict[int, list[str]]:
        """Characters that a single position waits for."""
        found: dict[int, list[str]] = {}
        for char, mask in sorted(self.ones.items()):
            left = mask
            while left:
                lowest = left & -left
                found.setdefault(lowest, []).append(char)
                left ^= lowest
        return found

    def step(self, at: int, char: str) -> int:
        """Positions after one more character."""
        over = self.any | self.ones.get(char, 0)
        stay = self.stay
        if char != COLON:
            over |= self.any_but_colon
            stay |= self.stay_but_colon
        after = ((at & over) << 1) | (at & stay)
        return after | ((after & self.stars) << 1)

    def covers(self, pattern: Pattern) -> bool:
        """Whether one of the patterns alone matches everything that ``pattern`` does; False where that is not seen.

        The tokens of ``pattern`` are walked as if they were characters: its wildcards are taken by wildcards only.
        """
        at = self.start
        for token in pattern.tokens:
            at = self._over(at, token)
            if not at:
                return False
        return bool(at & self.final)

    def _over(self, at: int, token: Token) -> int:
        stay = self.stay if token.colon or token.kind == ONE else self.stay | self.stay_but_colon
        if token.kind == STAR:
            after = at & stay
        elif token.kind == ANY:
            over = self.any if token.colon else self.any | self.any_but_colon
            after = ((at & over) << 1) | (at & stay)
        else:
            afters = [self.step(at, char) for char in token.chars]
            after = afters[0]
            for other in afters[1:]:
                after &= other
            return after
        return after | ((after & self.stars) << 1)

    def awaited(self, at: int) -> list[str]:
        """Characters that some position waits for, sorted."""
        if at & (at - 1) == 0:
            return self.waiting.get(at, [])
        return sorted(char for char, mask in self.ones.items() if at & mask)


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
