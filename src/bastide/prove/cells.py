"""Actions about which the same rules speak, and rules with what is settled of them.

The one idea: what follows from who asks is settled first, so that rules that differ in nothing else become equal; then
each rule splits the actions into those that it speaks about and the rest. A deny that then has no test left takes its
actions away, and an Allow that has none opens its layer for them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bastide.prove.symbolic import Rule, Test

Tests = tuple[Test, ...]
Known = Mapping[str, tuple[str, ...]]  # keys whose values are known; () of one that is absent


@dataclass(frozen=True, slots=True)
class Partial:
    """A rule that holds for some requests of a principal: its actions, and the tests that are not settled yet."""

    bits: int
    rule: Rule
    left: tuple[Tests, ...]
    keys: frozenset[str]  # that its tests ask about

    @property
    def said(self) -> Hashable:
        """What it says, equal for rules that say the same; a rule with variables is like itself only."""
        return self.left, self.rule if self.rule.variables else None


@dataclass(frozen=True, slots=True)
class Cell:
    """Actions about which the same rules speak: ``denies``, and for each layer that is not open, its Allows."""

    bits: int
    denies: tuple[Partial, ...] = ()
    layers: tuple[tuple[Partial, ...], ...] = ()

    @property
    def every(self) -> tuple[Partial, ...]:
        """All rules."""
        return (*self.denies, *(one for layer in self.layers for one in layer))

    @property
    def keys(self) -> frozenset[str]:
        """Keys that its rules ask about."""
        return frozenset().union(*(one.keys for one in self.every))

    @property
    def said(self) -> Hashable:
        """What its rules say, equal for cells whose rules say the same."""
        layers = frozenset(frozenset(one.said for one in layer) for layer in self.layers)
        return frozenset(one.said for one in self.denies), layers

    def split(self, bits: int, add: Cell | None) -> Iterator[Cell]:
        """The cell without ``bits``, and what of it is in them, with more rules."""
        if outside := self.bits & ~bits:
            yield replace(self, bits=outside)
        if add is not None and (inside := self.bits & bits):
            yield Cell(inside, (*self.denies, *add.denies), (*self.layers, *add.layers))


def settled(every: Iterable[Rule], known: Known, within: int = -1) -> Iterator[Partial]:
    """The rules that may hold for a principal, with the tests whose outcome is not settled by who it is."""
    scope = {key: values[0] if values else None for key, values in known.items()}
    for rule in every:
        left = tuple(
            tuple(test for test in tests if test.key not in known)
            for tests in rule.alternatives(scope)
            if all(test.holds(known[test.key]) for test in tests if test.key in known)
        )
        bits = rule.actions.bits() & within
        if left and bits:
            left = ((),) if () in left else left
            yield Partial(bits, rule, left, frozenset(test.key for tests in left for test in tests))


def split(
    cells: Sequence[Cell], *, denies: Sequence[Partial] = (), layers: Sequence[Sequence[Partial]] = ()
) -> list[Cell]:
    """The cells split by more denies and layers; actions that are denied whole, or allowed by no rule, are left out."""
    found = list(cells)
    for deny in denies:
        add = None if () in deny.left else Cell(0, (deny,))
        found = [part for cell in found for part in cell.split(deny.bits, add)]
    for layer in layers:
        open_ = 0
        for one in layer:
            open_ |= one.bits if () in one.left else 0
        rest = [one for one in layer if () not in one.left and one.bits & ~open_]
        found = [part for cell in found for part in _within(cell, open_, rest)]
    return found


def _within(cell: Cell, open_: int, rest: Sequence[Partial]) -> Iterator[Cell]:
    """The cell within one layer: where it is open, and where some of its Allows have to hold."""
    if inside := cell.bits & open_:
        yield replace(cell, bits=inside)
    groups: dict[tuple[Partial, ...], int] = {(): cell.bits & ~open_}
    for one in rest:
        for members, bits in list(groups.items()):
            if inside := bits & one.bits:
                groups[members] = bits & ~inside
                groups[(*members, one)] = groups.get((*members, one), 0) | inside
    for members, bits in groups.items():
        if members and bits:
            yield Cell(bits, cell.denies, (*cell.layers, members))
