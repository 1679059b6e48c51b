"""Undo: what it refuses, what it says that it cannot bring back, and that it can be undone itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bastide.apply import Outcome, plan_undo, undo
from bastide.errors import InputError, StalePlanError
from bastide.model import GLOBAL, Resource
from bastide.model.provisional import short_id
from tests.apply.bench import Bench
from tests.apply.world import MANAGEMENT, Killed, box


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "state.db")


def take_back(bench: Bench, run: str, **options: Any) -> Outcome:
    return undo(
        run, bench.target, bench.store, as_run=f"undo-{run}", now=bench.target.clock, handlers=bench.handlers, **options
    )


def test_undo_is_a_run_of_its_own_and_can_be_undone(bench: Bench) -> None:
    bench.world.things[box("a").key] = {"Name": "a", "Size": 1}
    bench.apply(bench.plan(box("a", Size=2), box("b")))
    after = bench.world.snapshot()
    assert take_back(bench, "r1").complete
    assert bench.world.things == {box("a").key: {"Name": "a", "Size": 1}}
    run = bench.store.run("undo-r1")
    assert (run.kind, run.undoes) == ("undo", "r1")
    assert take_back(bench, "undo-r1").complete
    assert bench.world.things == after


def test_undo_is_refused_when_a_resource_has_changed_since_and_says_what(bench: Bench) -> None:
    bench.world.things[box("a").key] = {"Name": "a", "Size": 1, "Other": 1}
    bench.apply(bench.plan(box("a", Size=2), box("b", Size=1)))
    bench.world.things[box("a").key]["Other"] = 2  # not what the run touched
    bench.world.things[box("b").key]["Size"] = 7
    with pytest.raises(StalePlanError) as refusal:
        take_back(bench, "r1")
    assert [problem.what for problem in refusal.value.problems] == ["Fake::Box b has changed since the run: Size"]
    assert "--force" in refusal.value.problems[0].fix
    assert take_back(bench, "r1", force=True).complete
    assert bench.world.things == {box("a").key: {"Name": "a", "Size": 1, "Other": 2}}


def test_what_is_gone_already_needs_no_undo(bench: Bench) -> None:
    bench.apply(bench.plan(box("a")))
    bench.world.things.clear()
    planned = plan_undo("r1", bench.target, bench.store, handlers=bench.handlers)
    assert planned.plan.changes == ()


def test_planning_the_undo_of_a_killed_run_sees_what_it_did_and_writes_nothing(bench: Bench) -> None:
    def kill(*_: object) -> None:
        raise Killed

    bench.world.after_write = kill
    with pytest.raises(Killed):
        bench.apply(bench.plan(box("a")))
    bench.world.after_write = lambda *_: None
    planned = plan_undo("r1", bench.target, bench.store, handlers=bench.handlers)
    assert [(change.action, change.key) for change in planned.plan.changes] == [("delete", box("a").key)]
    assert len(bench.store.entries()) == 1
    assert bench.store.open_runs()
    assert take_back(bench, "r1").complete
    assert not bench.world.things


def test_a_second_undo_is_refused_and_names_the_first_until_that_is_undone(bench: Bench) -> None:
    bench.world.things[box("a").key] = {"Name": "a", "Size": 1}
    bench.apply(bench.plan(box("a", Size=2), box("b")))
    assert take_back(bench, "r1").complete
    with pytest.raises(InputError, match="run r1 is already undone by run undo-r1") as refusal:
        plan_undo("r1", bench.target, bench.store, handlers=bench.handlers)
    assert refusal.value.problems[0].fix == "to make its changes again, undo run undo-r1, or apply"
    forced = plan_undo("r1", bench.target, bench.store, handlers=bench.handlers, force=True)
    assert forced.plan.changes == ()
    assert take_back(bench, "undo-r1").complete
    assert plan_undo("r1", bench.target, bench.store, handlers=bench.handlers).plan.changes


def test_what_is_as_it_was_before_is_left_out_and_accounts_have_their_names(bench: Bench) -> None:
    for name in ("a", "b"):
        bench.world.things[box(name).key] = {"Name": name, "Size": 1, "Color": "red"}
    bench.apply(bench.plan(box("a", Size=2, Color="blue"), box("b", Size=2)))
    bench.world.things[box("a").key]["Color"] = "red"
    bench.world.things[box("b").key]["Size"] = 1
    planned = plan_undo(
        "r1", bench.target, bench.store, handlers=bench.handlers, account_names={MANAGEMENT: "management"}
    )
    (change,) = planned.plan.changes
    assert (change.key.id, change.account_name, change.after) == ("a", "management", {"Size": 1})
    assert [difference.path for difference in change.differences] == ["Size"]


def test_undo_says_what_does_not_come_back(bench: Bench) -> None:
    net = Resource("Fake::Net", MANAGEMENT, GLOBAL, short_id("net", "n"), {"Name": "n"})
    vault = Resource("Fake::Vault", MANAGEMENT, GLOBAL, "v", {"Name": "v"})
    bench.apply(bench.plan(net, vault, box("a", Note="AKIA" + "ABCDEFGHIJKLMNOP")))
    real = next(key.id for key in bench.world.things if key.type == "Fake::Net")
    bench.apply(bench.plan(), "r2", allow_data_loss={"v"})
    assert not bench.world.things
    planned = plan_undo("r2", bench.target, bench.store, handlers=bench.handlers)
    assert sorted(planned.irreversible) == [
        "Fake::Box a: secrets, which were masked in the ledger",
        f"Fake::Net {real}: its identifier; AWS will choose a new one",
        "Fake::Vault v: the data in it",
    ]


def test_undoing_a_create_of_data_needs_consent(bench: Bench) -> None:
    bench.apply(bench.plan(Resource("Fake::Vault", MANAGEMENT, GLOBAL, "v", {"Name": "v"})))
    with pytest.raises(InputError, match="would delete Fake::Vault v and the data in it"):
        take_back(bench, "r1")


def test_undo_of_a_run_that_does_not_exist_names_those_that_do(bench: Bench) -> None:
    bench.apply(bench.plan(box("a")))
    with pytest.raises(InputError) as refusal:
        take_back(bench, "r9")
    assert refusal.value.what == "there is no run 'r9'"
    assert refusal.value.problems[0].fix == "the latest runs are: r1"
