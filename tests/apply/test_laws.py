"""The laws of apply and undo over random declarations, in a world in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.apply import Outcome, apply, undo
from bastide.model import GLOBAL, Estate, Plan, Resource, ResourceKey
from bastide.model.provisional import account_id, short_id
from bastide.plan import diff
from bastide.store import Owned, Store
from tests.apply.world import MANAGEMENT, FakeTarget, Killed, World, kinds, make

MEMBER = "222233334444"
NEW = account_id("new")
NAMES = st.sampled_from(["a", "b", "c"])
ACCOUNTS = st.sampled_from([MANAGEMENT, MEMBER, NEW])
VALUES = st.sampled_from([None, "x", "y", ["p", "q"], {"Deep": {"Er": 1}}])


def provisional(kind: str, account: str, name: str) -> str:
    return short_id("net", account, name) if kind == "Fake::Net" else name


@st.composite
def declared(draw: st.DrawFn) -> Estate:
    """Boxes that use nets, over three accounts of which one is yet to be made."""
    found: dict[ResourceKey, Resource] = {}
    for kind, account, letter in draw(
        st.lists(st.tuples(st.sampled_from(["Fake::Net", "Fake::Box", "Fake::Vault"]), ACCOUNTS, NAMES), max_size=8)
    ):
        # A bare name that another type's resource has too would count as a reference to it.
        name = f"{kind[6:].lower()}-{letter}"
        properties: dict[str, Any] = {"Name": name, "Size": draw(VALUES), "Kind": draw(st.sampled_from(["k", "l"]))}
        if kind != "Fake::Box":
            del properties["Kind"]
        id = provisional(kind, account, name)
        nets = [one for one in found.values() if one.type == "Fake::Net"]
        if kind == "Fake::Box" and nets and draw(st.booleans()):
            properties["Net"] = f"arn:net/{draw(st.sampled_from(nets)).id}/suffix"
        properties = {key: value for key, value in properties.items() if value is not None}
        one = Resource(kind, account, GLOBAL, id, properties)
        found[one.key] = one
    if any(one.account == NEW for one in found.values()):
        found[ResourceKey("Fake::Account", MANAGEMENT, GLOBAL, NEW)] = Resource(
            "Fake::Account", MANAGEMENT, GLOBAL, NEW, {"Name": "new"}
        )
    return Estate(tuple(found.values()))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, frozenset[ResourceKey]]:
    """(what is there, which of it Bastide made): some boxes, of which some are ours and may be deleted."""
    world, owned = World(), set()
    for account, letter in draw(st.lists(st.tuples(st.sampled_from([MANAGEMENT, MEMBER]), NAMES), max_size=4)):
        name = f"box-{letter}"
        key = ResourceKey("Fake::Box", account, GLOBAL, name)
        world.things[key] = {"Name": name, "Kind": "k", "Size": draw(VALUES.filter(bool)), "Extra": "aws"}
        if draw(st.booleans()):
            owned.add(key)
    return world, frozenset(owned)


@contextmanager
def stored() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "state.db"


class Bench:
    """One world, target and store, and what a user does with them."""

    def __init__(self, world: World, owned: frozenset[ResourceKey], path: Path) -> None:
        self.world, self.handlers, self.target = world, make(world), FakeTarget()
        self.store = Store.open(path)
        self.theirs = frozenset(world.things) - owned
        for key in owned:
            self.store.own(self.target.label, Owned(key, key.id, "earlier"))

    def plan(self, desired: Estate) -> Plan:
        return diff(
            desired, self.world.observed(self.handlers), kinds(self.handlers),
            owned=self.store.owned(self.target.label), pins=self.store.bindings(self.target.label),
        )  # fmt: skip

    def apply(self, plan: Plan, run: str) -> Outcome:
        agreed = {change.key.id for change in plan.changes}
        return apply(
            plan, self.target, self.store, run_id=run, now=self.target.clock, handlers=self.handlers,
            allow_data_loss=agreed, sleep=lambda _: None,
        )  # fmt: skip

    def undo(self, run: str) -> Outcome:
        # What the run made is Bastide's own; only data, and what was somebody else's before, need consent.
        agreed = {key.id for key in self.world.things if key.type == "Fake::Vault" or key in self.theirs}
        return undo(
            run, self.target, self.store, as_run=f"undo-{run}", now=self.target.clock, handlers=self.handlers,
            allow_data_loss=agreed, sleep=lambda _: None,
        )  # fmt: skip


@given(worlds(), declared())
@settings(max_examples=60)
def test_after_an_apply_a_second_plan_is_empty_and_undo_brings_everything_back(
    start: tuple[World, frozenset[ResourceKey]], desired: Estate
) -> None:
    with stored() as path:
        bench = Bench(*start, path)
        before = bench.world.snapshot()
        plan = bench.plan(desired)
        outcome = bench.apply(plan, "r1")
        assert outcome.complete, outcome
        assert bench.plan(desired).empty
        reversed_ = bench.undo("r1")
        assert reversed_.complete, reversed_
        assert bench.world.things == before
        bench.store.verify()


@given(worlds(), declared(), st.integers(0, 6), st.booleans())
@settings(max_examples=60)
def test_a_run_killed_at_any_call_is_finished_by_the_next_and_both_can_be_undone(
    start: tuple[World, frozenset[ResourceKey]], desired: Estate, step: int, behind: bool
) -> None:
    def kill(number: int, *_: str) -> None:
        if number == step:
            raise Killed

    with stored() as path:
        bench = Bench(*start, path)
        before = bench.world.snapshot()
        killer = {"after_write" if behind else "before_write": kill}
        for name, hook in killer.items():
            setattr(bench.world, name, hook)
        try:
            bench.apply(bench.plan(desired), "r1")
            killed = False
        except Killed:
            killed = True
            assert bench.store.open_runs()
            assert bench.store.open_entries()
        bench.store.close()
        fresh = Bench(
            replace(bench.world, before_write=lambda *_: None, after_write=lambda *_: None), frozenset(), path
        )
        fresh.theirs = bench.theirs
        outcome = fresh.apply(fresh.plan(desired), "r2")
        assert outcome.complete, outcome
        assert fresh.plan(desired).empty
        assert not fresh.store.open_runs()
        assert not fresh.store.open_entries()
        for run in ("r2", "r1"):
            assert fresh.undo(run).complete
        assert fresh.world.things == before, (killed, fresh.store.entries())
        fresh.store.verify()
