"""What apply refuses, how it goes on when one account fails, and what it records."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bastide.apply import ResultStatus, plan_undo, undo
from bastide.errors import InputError, StalePlanError
from bastide.model import GLOBAL, Change, Difference, Plan, Resource, ResourceKey
from bastide.model.provisional import account_id, short_id
from bastide.plan import Observation, observation, plan_digest
from bastide.store import Owned, Phase, RunStatus
from tests.apply.bench import Bench
from tests.apply.world import MANAGEMENT, box, kinds, refused

OTHER = "222233334444"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "state.db")


def at_write(number: int, error: Exception) -> Callable[..., None]:
    def hook(count: int, *_: str) -> None:
        if count == number:
            raise error

    return hook


def test_a_create_is_in_the_ledger_before_it_is_made_and_owned_behind_it(bench: Bench) -> None:
    seen: list[Phase] = []
    bench.world.before_write = lambda *_: seen.extend(entry.phase for entry in bench.store.entries("r1"))
    outcome = bench.apply(bench.plan(box("a")))
    assert outcome.complete
    assert seen == [Phase.BEFORE]
    before, after = bench.store.entries("r1")
    assert (before.state, before.desired) == (None, {"Name": "a"})
    assert (after.result, after.state) == ("done", {"Name": "a"})
    assert bench.store.owned(bench.target.label) == {box("a").key}
    assert bench.store.run("r1").status is RunStatus.DONE


def test_identifiers_that_aws_chose_take_the_place_of_provisional_ones_at_every_depth(bench: Bench) -> None:
    new, net = account_id("new"), short_id("net", "n")
    outcome = bench.apply(
        bench.plan(
            Resource("Fake::Account", MANAGEMENT, GLOBAL, new, {"Name": "new"}),
            Resource("Fake::Net", new, GLOBAL, net, {"Name": "n"}, arn=f"arn:aws:fake:global:{new}:{net}"),
            box("user", new, Net=f"arn:aws:fake:global:{new}:{net}/x", Deep=[{"Policy": [f"root:{new}"]}]),
        )
    )
    assert outcome.complete, outcome
    real = next(key.id for key in bench.world.things if key.type == "Fake::Account")
    made = next(key for key in bench.world.things if key.type == "Fake::Net")
    assert made.account == real
    assert bench.world.things[ResourceKey("Fake::Box", real, GLOBAL, "user")] == {
        "Name": "user",
        "Net": f"arn:aws:fake:global:{real}:{made.id}/x",
        "Deep": [{"Policy": [f"root:{real}"]}],
    }
    assert bench.store.bindings(bench.target.label) == {new: real, net: made.id}


def test_a_failing_account_stops_while_others_go_on_and_dependents_are_skipped(bench: Bench) -> None:
    def fail(_: int, operation: str, type: str, account: str) -> None:
        if (operation, type, account) == ("create", "Fake::Net", OTHER):
            raise refused("AccessDenied", "CreateNet", "not authorized")

    bench.world.before_write = fail
    net = short_id("net", "n")
    outcome = bench.apply(
        bench.plan(
            Resource("Fake::Net", OTHER, GLOBAL, net, {"Name": "net"}),
            box("z-own", OTHER),
            box("needs-it", MANAGEMENT, Net=net),
            box("fine", MANAGEMENT),
        )
    )
    by_name = {result.change.name: result for result in outcome.results}
    assert (by_name["net"].status, by_name["net"].code) == (ResultStatus.FAILED, "AccessDenied")
    assert by_name["net"].message == "CreateNet: not authorized"
    assert by_name["needs-it"].status is ResultStatus.SKIPPED
    assert by_name["needs-it"].message == "needs Fake::Net net"
    assert by_name["fine"].status is ResultStatus.DONE
    skipped_or_done = by_name["z-own"].status
    assert skipped_or_done in (ResultStatus.SKIPPED, ResultStatus.DONE)
    assert not outcome.complete
    assert bench.store.run("r1").status is RunStatus.FAILED
    assert [entry.code for entry in bench.store.entries("r1") if entry.result == "failed"] == ["AccessDenied"]


def test_after_a_failure_nothing_more_is_done_in_the_account(bench: Bench) -> None:
    def fail(_: int, __: str, ___: str, account: str) -> None:
        if account == MANAGEMENT:
            raise refused("LimitExceeded")

    bench.world.before_write = fail
    outcome = bench.apply(bench.plan(box("a"), box("b"), box("c", OTHER)))
    # The account of whoever went first stopped; its other box was not tried.
    assert [result.status for result in outcome.results if result.change.key.account == MANAGEMENT] == [
        ResultStatus.FAILED, ResultStatus.SKIPPED,
    ]  # fmt: skip
    assert outcome.results[1].message == f"{MANAGEMENT} stopped at Fake::Box a"
    assert list(bench.world.things) == [box("c", OTHER).key]


def test_an_edited_plan_is_refused(bench: Bench) -> None:
    plan = bench.plan(box("a"))
    with pytest.raises(StalePlanError, match="it was edited"):
        bench.apply(bench.plan(box("b")), digest=plan_digest(plan))
    assert not bench.world.things


def test_a_plan_is_refused_when_what_it_was_made_from_has_moved_and_what_moved_is_named(bench: Bench) -> None:
    names = [f"b{number}" for number in range(7)]
    for name in names:
        bench.world.things[box(name).key] = {"Name": name, "Size": 1}
    plan = bench.plan(box("new"), *(box(name, Size=2) for name in names))

    def now() -> Observation:
        return observation(plan.changes, bench.world.observed(bench.handlers), kinds(bench.handlers))

    bench.world.things[box("b3").key]["Size"] = 9
    with pytest.raises(StalePlanError) as refusal:
        bench.apply(plan, recheck=now)
    assert [problem.what for problem in refusal.value.problems] == [
        "what this plan was made from has changed since",
        "Fake::Box b3 has changed",
    ]
    assert MANAGEMENT in refusal.value.problems[1].where
    bench.world.things |= {box(name).key: {"Name": name, "Size": 9} for name in names}
    with pytest.raises(StalePlanError) as refusal:
        bench.apply(plan, recheck=now)
    assert [problem.what for problem in refusal.value.problems][5:] == ["Fake::Box b4 has changed", "and 2 more"]
    assert not bench.world.calls
    older = replace(plan, observed=())  # as a Bastide made it that kept no fingerprints
    with pytest.raises(StalePlanError) as refusal:
        bench.apply(older, recheck=now)
    assert len(refusal.value.problems) == 1
    bench.world.things |= {box(name).key: {"Name": name, "Size": 1} for name in names}
    assert bench.apply(plan, recheck=now).complete


def test_nothing_is_applied_on_a_broken_ledger(bench: Bench, tmp_path: Path) -> None:
    bench.apply(bench.plan(box("a")))
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("UPDATE ledger SET body = replace(body, 'create', 'update') WHERE sequence = 1")
    plan, before = bench.plan(box("a"), box("b")), bench.world.snapshot()
    with pytest.raises(InputError, match="ledger entry 1 was changed after it was written"):
        bench.apply(plan, "r2")
    assert bench.world.things == before
    assert [run.id for run in bench.store.runs()] == ["r1"]


def test_a_second_apply_is_refused_while_one_is_under_way_and_leaves_its_entries_alone(
    bench: Bench, tmp_path: Path
) -> None:
    second = Bench(tmp_path / "state.db")
    refusals: list[InputError] = []

    def meanwhile(*_: object) -> None:
        with pytest.raises(InputError, match="run r1 is being applied by process") as refusal:
            second.apply(second.plan(box("b")), "r2")
        refusals.append(refusal.value)
        with pytest.raises(InputError, match="run r1 is being applied by process"):
            undo("r1", second.target, second.store, as_run="u1", now=second.target.clock, handlers=second.handlers)
        plan_undo("r1", second.target, second.store, handlers=second.handlers)

    bench.world.before_write = meanwhile
    assert bench.apply(bench.plan(box("a"))).complete
    assert len(refusals) == 1
    assert [entry.result for entry in bench.store.entries()] == ["", "done"]
    assert bench.store.run("r1").status is RunStatus.DONE
    assert not second.world.things


def test_a_plan_for_another_target_is_refused(bench: Bench) -> None:
    with pytest.raises(InputError, match="this plan was made for aws, not for sandbox"):
        bench.apply(Plan((), target="aws"))


def test_losing_data_is_refused_before_anything_is_done_and_all_of_it_is_named(bench: Bench) -> None:
    for name in ("v1", "v2"):
        key = ResourceKey("Fake::Vault", MANAGEMENT, GLOBAL, name)
        bench.world.things[key] = {"Name": name}
        bench.store.own(bench.target.label, Owned(key, name, "r0"))
    plan = bench.plan(box("a"))
    with pytest.raises(InputError) as refusal:
        bench.apply(plan)
    assert [problem.what for problem in refusal.value.problems] == [
        "this plan would delete Fake::Vault v2 and the data in it",
        "this plan would delete Fake::Vault v1 and the data in it",
    ]
    assert "--allow-data-loss v2" in refusal.value.problems[0].fix
    assert len(bench.world.things) == 2
    assert bench.apply(plan, allow_data_loss={"v1", "v2"}).complete
    assert list(bench.world.things) == [box("a").key]
    assert bench.store.owned(bench.target.label) == {box("a").key}


def test_what_bastide_did_not_create_is_never_deleted(bench: Bench) -> None:
    bench.world.things[box("theirs").key] = {"Name": "theirs"}
    stranger = Change(action="delete", key=box("theirs").key, before={"Name": "theirs"}, after=None)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="which Bastide did not create"):
        bench.apply(Plan((stranger,)))
    bench.world.things[box("theirs").key]["Kind"] = "old"
    with pytest.raises(InputError, match="would replace Fake::Box theirs, which Bastide did not create"):
        bench.apply(bench.plan(box("theirs", Kind="new")))


def test_a_type_without_a_handler_is_refused(bench: Bench) -> None:
    change = Change(action="create", key=ResourceKey("Fake::Else", MANAGEMENT, GLOBAL, "x"), before=None, after={})  # type: ignore[arg-type]
    with pytest.raises(InputError, match="there is no handler for Fake::Else"):
        bench.apply(Plan((change,)))


def test_a_read_back_that_differs_from_the_plan_is_a_failure(bench: Bench) -> None:
    bench.world.after_write = lambda *_: bench.world.things[box("a").key].update(Size="forgotten")
    outcome = bench.apply(bench.plan(box("a", Size="large", Secret="hush")))
    (failed,) = outcome.failed
    assert failed.code == "ContractError"
    assert failed.message == "Fake::Box a reads back otherwise than planned: Size"
    assert bench.store.owned(bench.target.label) == {box("a").key}  # it is there, and it is ours


def test_an_error_that_may_pass_is_tried_again_and_only_for_a_while(bench: Bench) -> None:
    bench.target.patience = 10
    bench.world.before_write = at_write(0, refused("ConcurrentModificationException"))
    tries: list[int] = []

    def twice(_: int, *__: str) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise refused("ConcurrentModificationException")

    bench.world.before_write = twice
    assert bench.apply(bench.plan(box("a"))).complete
    assert bench.slept == [1.0, 2.0]
    bench.world.before_write = at_write(1, refused("NoSuchEntity"))
    outcome = bench.apply(bench.plan(box("b")), "r2")
    assert outcome.failed[0].code == "NoSuchEntity"
    assert bench.slept[2:] == [1.0, 2.0, 4.0, 8.0]


def test_a_create_that_failed_half_way_is_finished_and_not_made_twice(bench: Bench) -> None:
    bench.target.patience = 10

    def half(number: int, operation: str, *_: str) -> None:
        if operation == "create":
            next(iter(bench.world.things.values())).pop("Size")
            raise refused("OperationAborted")

    bench.world.after_write = half
    outcome = bench.apply(
        bench.plan(Resource("Fake::Net", MANAGEMENT, GLOBAL, short_id("net", "n"), {"Name": "n", "Size": 1}))
    )
    assert outcome.complete
    assert list(bench.world.things.values()) == [{"Name": "n", "Size": 1}]
    assert [call[0] for call in bench.world.calls] == ["create", "update"]


def test_a_create_of_a_name_that_is_taken_fails_and_takes_nothing_over(bench: Bench) -> None:
    plan = bench.plan(box("a"))
    bench.world.things[box("a").key] = {"Name": "a", "Made": "by somebody else"}
    outcome = bench.apply(plan)
    assert outcome.failed[0].code == "EntityAlreadyExists"
    assert not bench.store.owned(bench.target.label)


def test_a_replacement_makes_the_new_one_first_unless_names_collide(bench: Bench) -> None:
    bench.apply(bench.plan(box("a", Kind="k")))
    bench.world.calls.clear()
    assert bench.apply(bench.plan(box("a", Kind="l")), "r2").complete
    assert [call[0] for call in bench.world.calls] == ["delete", "create"]
    net = Resource("Fake::Net", MANAGEMENT, GLOBAL, short_id("net", "n"), {"Name": "n", "Cidr": 1})
    bench.apply(bench.plan(box("a", Kind="l"), net), "r3")
    old = next(key for key in bench.world.things if key.type == "Fake::Net")
    bench.world.calls.clear()
    bench.handlers["Fake::Net"].create_only = ("Cidr",)  # type: ignore[misc]
    assert bench.apply(bench.plan(box("a", Kind="l"), net.with_properties({"Name": "n", "Cidr": 2})), "r4").complete
    assert [call[0] for call in bench.world.calls] == ["create", "delete"]
    new = next(key for key in bench.world.things if key.type == "Fake::Net")
    assert new != old
    assert bench.store.owned(bench.target.label) == {box("a").key, new}
    assert bench.store.bindings(bench.target.label)[net.id] == new.id


def test_ctrl_c_ends_the_call_under_way_and_skips_the_rest(bench: Bench) -> None:
    class Impatient:
        def start(self, total: int) -> None:
            assert total == 3

        def advance(self, change: Change, result: object) -> None:
            if change.name == "a":
                raise KeyboardInterrupt

    outcome = bench.apply(bench.plan(box("a"), box("b"), box("c")), progress=Impatient())
    assert outcome.interrupted
    assert [result.status for result in outcome.results] == [
        ResultStatus.DONE, ResultStatus.SKIPPED, ResultStatus.SKIPPED,
    ]  # fmt: skip
    assert outcome.results[1].message == "interrupted"
    assert bench.store.run("r1").status is RunStatus.INTERRUPTED
    assert not bench.store.open_entries()


def test_secrets_do_not_reach_the_ledger(bench: Bench) -> None:
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    bench.apply(bench.plan(box("a", Note=f"the key is {key}")))
    assert key not in str(bench.store.entries("r1"))
    assert bench.world.things[box("a").key]["Note"] == f"the key is {key}"


def test_a_reference_to_what_nobody_makes_is_a_failure_that_names_it(bench: Bench) -> None:
    outcome = bench.apply(bench.plan(box("a", Net=short_id("net", "nowhere"))))
    assert outcome.failed[0].code == "ContractError"
    assert "refers to what does not exist yet: net-0ba571de" in outcome.failed[0].message
    assert not bench.store.entries("r1")  # nothing was tried


def test_an_update_touches_only_what_the_plan_names(bench: Bench) -> None:
    bench.world.things[box("a").key] = {"Name": "a", "Size": 1, "Theirs": True}
    plan = bench.plan(box("a", Size=2))
    assert plan.changes[0].differences == (Difference("Size", 1, 2),)
    assert bench.apply(plan).complete
    assert bench.world.things[box("a").key] == {"Name": "a", "Size": 2, "Theirs": True}
    assert not bench.store.owned(bench.target.label)
