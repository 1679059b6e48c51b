"""Apply, undo and collect while the sandbox misbehaves as AWS does: the same end, or a partial result that says so."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bastide.apply import apply, plan_undo, undo
from bastide.aws.registry import handlers
from bastide.aws.session import Target
from bastide.aws.throttle import Throttle
from bastide.aws.waiting import Waiting
from bastide.collect import collect, read_organization
from bastide.model import Estate, Plan, Status
from bastide.sandbox import Sandbox
from bastide.sandbox.faults import parse_rules
from bastide.sandbox.faults.disturb import Faults
from bastide.show.workspace import Settings, Workspace
from tests.apply.test_interrupted import FILE

STALE_READS = 3
ONCE = {"first": 1, "per": "request"}  # every request meets it once
# Rules after which everything must come out as without them.
PASSING: dict[str, list[dict[str, Any]]] = {
    "throttled": [{"fault": "throttle", **ONCE}],
    "unavailable": [{"fault": "unavailable", **ONCE}],
    "broken before": [{"fault": "internal", **ONCE}],
    "broken after": [{"fault": "internal", "when": "after", **ONCE}],
    "closed before": [{"fault": "close", **ONCE}],
    "closed after": [{"fault": "close", "when": "after", **ONCE}],
    "hanging before": [{"fault": "hang", **ONCE}],
    "hanging after": [{"fault": "hang", "when": "after", **ONCE}],
    "slow": [{"fault": "slow", "seconds": 30, "every": 3}],
    "stale": [{"fault": "stale", "reads": STALE_READS}],
    "a bad day": [
        {"fault": "throttle", "probability": 0.1},
        {"fault": "close", "probability": 0.05, "when": "after"},
        {"fault": "internal", "probability": 0.05, "when": "after"},
        {"fault": "stale", "probability": 0.3},
    ],
}
NOTHING = parse_rules({"rules": []})


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sleeps here: waiting is botocore's and ours, and no answer depends on it."""

    def at_once(_: float) -> None:
        return None

    monkeypatch.setattr(time, "sleep", at_once)
    for function in (apply, undo, Throttle.__init__, Faults.__init__):
        defaults: Any = function.__kwdefaults__
        monkeypatch.setitem(defaults, "sleep", at_once)
    for handler in handlers().values():
        if isinstance(handler, Waiting):
            monkeypatch.setattr(handler, "sleep", at_once)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Sandbox, Workspace]]:
    monkeypatch.setenv("BASTIDE_STATE", str(tmp_path / "state"))
    yield _make(tmp_path)


def _make(folder: Path) -> tuple[Sandbox, Workspace]:
    file = folder / "acme.yaml"
    file.write_text(FILE)
    sandbox = Sandbox()
    return sandbox, Workspace(Settings(file=file), Target.sandbox(sandbox))


def everything(workspace: Workspace) -> Estate:
    """Everything that any handler sees in any account."""
    target = workspace.target
    return collect(target, read_organization(target), handlers(), ["eu-west-1", "us-east-1"], read_at=target.clock())


def counted(estate: Estate) -> Counter[tuple[str, str]]:
    assert not estate.gaps
    return Counter((one.type, one.region) for one in estate.resources)


@cache
def undisturbed() -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]], list[str]]:
    """What there is after an apply and after its undo, without faults, and what that could not remove."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASTIDE_STATE", f"{folder}/state")
        sandbox, workspace = _make(Path(folder))
        outcome = workspace.applied(workspace.planned())
        assert outcome.complete
        there = counted(everything(workspace))
        stuck = failures(undo_of(workspace, outcome.run_id))
        left = counted(everything(workspace))
        sandbox.close()
    return there, left, stuck


def caught_up(workspace: Workspace) -> Plan:
    """The plan once reads see what was written: until then they may hide it, and the plan says what it could not read.

    Nobody can know that an answer is old; but it is old for some reads only.
    """
    for _ in range(STALE_READS):
        plan = workspace.planned()
        if plan.empty:
            return plan
    return workspace.planned()


def failures(outcome: Any) -> list[str]:
    """What was not done, by type: a bucket that CloudTrail has written to is never emptied."""
    return sorted(f"{one.key.type} {one.code}" for one in outcome.failed)


def undo_of(workspace: Workspace, run: str) -> Any:
    target = workspace.target
    data = {entry.key.id for entry in workspace.store.entries(run)}
    workspace.enter_to_change(plan_undo(run, target, workspace.store).plan.changes, "back")
    return undo(run, target, workspace.store, as_run="back", now=target.clock, allow_data_loss=data)


@pytest.mark.slow
@pytest.mark.parametrize("name", PASSING)
def test_apply_ends_as_without_faults_and_so_does_its_undo(name: str, made: tuple[Sandbox, Workspace]) -> None:
    sandbox, workspace = made
    there, left, stuck = undisturbed()
    rules = parse_rules({"seed": 5, "rules": PASSING[name]})
    sandbox.faults.set(rules)
    outcome = workspace.applied(workspace.planned())
    assert outcome.complete, [(str(one.key), one.code, one.message) for one in outcome.failed]
    assert set(sandbox.faults.struck) == {str(rule["fault"]) for rule in PASSING[name]}
    old = any(rule["fault"] == "stale" for rule in PASSING[name])
    assert (caught_up(workspace) if old else workspace.planned()).empty
    sandbox.faults.set(NOTHING)
    assert counted(everything(workspace)) == there  # nothing was made twice
    assert workspace.planned().empty
    sandbox.faults.set(rules)
    assert failures(undo_of(workspace, outcome.run_id)) == stuck
    sandbox.faults.set(NOTHING)
    assert counted(everything(workspace)) == left


@pytest.mark.parametrize("name", PASSING)
def test_collecting_sees_the_same_whatever_passes(name: str, made: tuple[Sandbox, Workspace]) -> None:
    sandbox, workspace = made
    calm = everything(workspace)
    sandbox.faults.set(parse_rules({"seed": 6, "rules": PASSING[name]}))
    stirred = everything(workspace)
    assert {one.key: one.properties for one in stirred.resources} == {one.key: one.properties for one in calm.resources}
    assert stirred.gaps == ()


HALF = {"service": ["ec2", "kms", "config", "guardduty", "s3", "iam"], "access": "read"}


@pytest.mark.parametrize(
    "rule",
    [
        {"fault": "deny", "match": HALF},
        {"fault": "throttle", "match": HALF},
        {"fault": "internal", "match": HALF},
        {"fault": "close", "match": HALF},
        {"fault": "hang", "match": HALF},
        {"fault": "deny", "match": {"access": "read", "operation": "[G-L]*"}},
    ],
    ids=lambda rule: f"{rule['fault']} {'half the services' if 'service' in rule['match'] else 'half the operations'}",
)
def test_what_could_not_be_read_is_unknown_and_never_passes(
    rule: dict[str, Any], made: tuple[Sandbox, Workspace]
) -> None:
    sandbox, workspace = made
    assert workspace.applied(workspace.planned()).complete
    truth, _ = workspace.assessed(include_passes=True)
    sound = {(one.control, one.resource) for one in truth.findings if one.status is Status.PASS}
    organization = workspace.organization()
    workspace.organization = lambda: organization  # type: ignore[method-assign]  # without it nothing is read at all
    sandbox.faults.set(parse_rules({"rules": [rule]}))
    assessment, estate = workspace.assessed(include_passes=True)
    passed = {(one.control, one.resource) for one in assessment.findings if one.status is Status.PASS}
    assert passed <= sound
    assert estate.gaps or any(one.status is Status.UNKNOWN for one in assessment.findings)
    assert not [gap for gap in estate.gaps if "own fault" in gap.reason]


def test_an_apply_that_is_denied_half_of_its_calls_says_which_and_finishes_later(
    made: tuple[Sandbox, Workspace],
) -> None:
    sandbox, workspace = made
    plan = workspace.planned()
    sandbox.faults.set(parse_rules({"rules": [{"fault": "deny", "match": {"service": "iam", "access": "write"}}]}))
    outcome = workspace.applied(plan)
    assert not outcome.complete and outcome.failed
    assert {one.code for one in outcome.failed} <= {"AccessDenied", "AccessDeniedException"}
    sandbox.faults.set(NOTHING)
    assert workspace.applied(workspace.planned()).complete
    assert workspace.planned().empty
