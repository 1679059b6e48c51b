"""Several patterns as one automaton over one integer of positions: a step costs a few integer operations."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from bastide.prove.symbolic.pattern import Pattern
from bastide.prove.symbolic.tokens import ANY, COLON, ONE, STAR, Token

POSITIONS = 2_048  # that are stepped over for the price of one


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
