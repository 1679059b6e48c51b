"""Actions that no list holds, grouped by the rules that would speak about them.

The same walk as ``search``: all patterns step together, and the ways that meet fewer rules push the others out. Only
the least groups come out, each with an action as an example; a rule of NotAction is met where its patterns do *not*
match.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from bastide.prove.symbolic.actions import ACTION_SHAPE, Actions, ActionSet
from bastide.prove.symbolic.machine import Machine
from bastide.prove.symbolic.meeting import Union, both, may_meet
from bastide.prove.symbolic.pattern import Pattern
from bastide.prove.symbolic.search import LETTERS, LIMIT, OTHER, NotDecided, free_letter
from bastide.prove.symbolic.tokens import COLON

Signature = tuple[int, ...]


def least_signatures(actions: ActionSet, rules: Sequence[Actions]) -> Iterator[tuple[str, Signature]]:
    """(an action of the set, numbers of the ``rules`` that speak about it), least groups only, fewest rules first.

    Raises:
        NotDecided: too many patterns (``search.LIMIT``).
    """
    if not rules:
        action = actions.witness()
        if action is not None:
            yield action, ()
        return
    required, excluded = actions.terms()
    found = _simple(required, excluded, rules)
    if found is None:
        found = _walked(required, excluded, rules)
    kept: list[frozenset[int]] = []
    for action, numbers in sorted(found, key=lambda one: (len(one[1]), one[1])):
        own = frozenset(numbers)
        if not any(other <= own for other in kept):
            kept.append(own)
            yield action, numbers


def _walked(
    required: tuple[Union, ...], excluded: frozenset[Pattern], rules: Sequence[Actions]
) -> list[tuple[str, Signature]]:
    near = tuple(one for one in excluded if all(may_meet((one,), union) for union in required))
    return _Walk(required, near, rules).run()


def _simple(
    required: tuple[Union, ...], excluded: frozenset[Pattern], rules: Sequence[Actions]
) -> list[tuple[str, Signature]] | None:
    """The groups where every pattern is a text or a beginning (``Pattern.simple``); None where one is not.

    An action that goes on from a beginning as no pattern does is met by the rules whose beginning it has, and so is
    every other action of that beginning: one action for each beginning is enough.
    """
    if any(rule.negated for rule in rules):
        return None
    unions = [union for union in required if union != (ACTION_SHAPE,)]
    met = [(number, one) for number, rule in enumerate(rules) for one in rule.globs]
    every = [*(one for union in unions for one in union), *excluded, *(one for _, one in met)]
    if not unions or not all(one.simple for one in every):
        return None
    wanted = {one.simple for one in unions[0] if one.simple}
    for union in unions[1:]:
        pairs = (both(one, other.simple) for one in wanted for other in union if other.simple)
        wanted = {one for one in pairs if one is not None}
    if not all(text.find(COLON) > 0 for text, _ in wanted):
        return None
    free = free_letter(every)
    actions = sorted(text + free if open_ else text for text, open_ in wanted)
    return [
        (action, tuple(sorted({number for number, one in met if one.matches(action)})))
        for action in actions
        if not action.endswith(COLON) and not any(one.matches(action) for one in excluded)
    ]


class _Walk:
    def __init__(self, required: tuple[Union, ...], excluded: tuple[Pattern, ...], rules: Sequence[Actions]) -> None:
        self.required = [Machine(union) for union in required]
        self.excluded = Machine(excluded)
        met = [(number, pattern) for number, rule in enumerate(rules) if not rule.negated for pattern in rule.globs]
        spared = [(number, pattern) for number, rule in enumerate(rules) if rule.negated for pattern in rule.globs]
        self.met, self.spared = Machine(one for _, one in met), Machine(one for _, one in spared)
        self.met_by = list(zip((number for number, _ in met), self.met.finals, strict=True))
        self.spared_by = list(zip((number for number, _ in spared), self.spared.finals, strict=True))
        self.negated = frozenset(number for number, rule in enumerate(rules) if rule.negated)
        self.alphabet = {COLON, OTHER}.union(
            *(machine.ones for machine in (*self.required, self.excluded, self.met, self.spared))
        )

    def run(self) -> list[tuple[str, Signature]]:
        start = (tuple(one.start for one in self.required), self.excluded.start, self.met.start, self.spared.start)
        states: list[tuple[tuple[int, ...], int, int, int, int, str]] = [(*start, -1, "")]
        seen: dict[tuple[tuple[int, ...], int], list[tuple[int, int]]] = {}
        queue = deque([0])
        found: list[tuple[str, Signature]] = []
        while queue:
            index = queue.popleft()
            required, excluded, met, spared, _, _ = states[index]
            if not excluded & self.excluded.final and all(
                at & machine.final for at, machine in zip(required, self.required, strict=True)
            ):
                found.append((self._written(states, index), self._signature(met, spared)))
            for char in self._characters(required, spared):
                after = tuple(one.step(at, char) for one, at in zip(self.required, required, strict=True))
                shut, hit = self.excluded.step(excluded, char), self.met.step(met, char)
                if not all(after) or shut & self.excluded.absorbing:
                    continue
                free = self.spared.step(spared, char)
                if _is_better(seen.setdefault((after, free), []), shut, hit):
                    states.append((after, shut, hit, free, index, char))
                    queue.append(len(states) - 1)
                    if len(states) > LIMIT:
                        raise NotDecided(f"more than {LIMIT:,} states of patterns")
        return found

    def _characters(self, required: tuple[int, ...], spared: int) -> Iterator[str]:
        """Those that a pattern waits for whose match is wanted, a colon, and one that none names."""
        for machine, mask in zip(self.required, required, strict=True):
            if mask & (mask - 1) == 0 and not mask & machine.wild:
                yield from machine.awaited(mask)  # one position, which waits for a character: no other leads on
                return
        yield OTHER
        yield from sorted({COLON, *self.spared.awaited(spared)}.union(
            *(machine.awaited(at) for machine, at in zip(self.required, required, strict=True))
        ))  # fmt: skip

    def _signature(self, met: int, spared: int) -> Signature:
        free = {number for number, final in self.spared_by if spared & final}
        hit = {number for number, final in self.met_by if met & final}
        return tuple(sorted(hit | (self.negated - free)))

    def _written(self, states: Sequence[tuple[tuple[int, ...], int, int, int, int, str]], index: int) -> str:
        chars = []
        while index > 0:
            chars.append(states[index][5])
            index = states[index][4]
        value = "".join(reversed(chars))
        free = next((char for char in LETTERS if char not in self.alphabet), "\u0101")
        return value.replace(OTHER, free)


def _is_better(known: list[tuple[int, int]], shut: int, hit: int) -> bool:
    for other_shut, other_hit in known:
        if not (other_shut & ~shut or other_hit & ~hit):
            return False
    known.append((shut, hit))
    return True
