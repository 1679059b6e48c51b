"""A fake target with a store, and what a user does with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bastide.apply import Outcome, apply
from bastide.model import Estate, Plan, Resource
from bastide.plan import diff
from bastide.store import Store
from tests.apply.world import FakeTarget, World, kinds, make


class Bench:
    def __init__(self, path: Path) -> None:
        self.world, self.target, self.store = World(), FakeTarget(), Store.open(path)
        self.handlers = make(self.world)
        self.slept: list[float] = []

    def plan(self, *resources: Resource) -> Plan:
        owned = self.store.owned(self.target.label)
        return diff(Estate(resources), self.world.observed(self.handlers), kinds(self.handlers), owned=owned)

    def apply(self, plan: Plan, run: str = "r1", **options: Any) -> Outcome:
        return apply(
            plan, self.target, self.store, run_id=run, now=self.target.clock, handlers=self.handlers,
            sleep=self.slept.append, **options,
        )  # fmt: skip
