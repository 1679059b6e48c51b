"""An apply that is killed anywhere, on the sandbox: applying again ends in an empty plan."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bastide.apply import apply, undo
from bastide.aws.handlers.config import ConfigurationRecorder, DeliveryChannel
from bastide.aws.registry import kind
from bastide.aws.session import Target
from bastide.model import Action, Estate, Plan, Resource
from bastide.plan import diff
from bastide.sandbox import Sandbox
from bastide.show.workspace import Settings, Workspace
from bastide.store import Store
from tests.apply.world import Killed
from tests.aws.handlers.delivery import bucket_for

FILE = """
organization: acme
emails: aws+{account}@acme.example
regions: {home: eu-west-1}
detect: {guardduty: false, securityhub: [], macie: false, inspector: [], config: true, access-analyzer: false}
ous:
  security: {accounts: [log-archive, audit]}
"""
SERVICE = "config.amazonaws.com"
RECORDER, CHANNEL = "AWS::Config::ConfigurationRecorder", "AWS::Config::DeliveryChannel"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("BASTIDE_STATE", str(tmp_path / "state"))
    file = tmp_path / "acme.yaml"
    file.write_text(FILE)
    sandbox = Sandbox()
    yield Workspace(Settings(file=file), Target.sandbox(sandbox))
    sandbox.close()


def killed_when(workspace: Workspace, plan: Plan, monkeypatch: pytest.MonkeyPatch, dies: Any) -> bool:
    """Whether the apply was killed: at the first ledger entry of which ``dies(number, entry)`` says so."""
    written, dead = [0], [False]

    def dying(write: Any, place: int) -> Any:
        def instead(store: Store, *arguments: Any, **named: Any) -> None:
            dead[0] = dead[0] or dies(written[0], arguments[place])
            if dead[0]:
                raise Killed
            written[0] += 1
            write(store, *arguments, **named)

        return instead

    with monkeypatch.context() as patch:
        patch.setattr(Store, "append", dying(Store.append, 0))
        patch.setattr(Store, "settle", dying(Store.settle, 1))
        try:
            workspace.applied(plan)
        except Killed:
            return True
    return False


def test_a_recorder_whose_channel_is_missing_converges_and_its_update_can_be_undone(tmp_path: Path) -> None:
    sandbox, store = Sandbox(), Store.open(tmp_path / "state.db")
    target = Target.sandbox(sandbox)
    at = target.connection(target.management_account, "eu-west-1")
    handlers = {RECORDER: ConfigurationRecorder(), CHANNEL: DeliveryChannel()}
    place = (target.management_account, "eu-west-1", "default")
    role = f"arn:aws:iam::{at.account}:role/aws-service-role/{SERVICE}/AWSServiceRoleForConfig"
    recorder = Resource(RECORDER, *place, {"Name": "default", "RoleARN": role, "Recording": True})
    bucket = {"Name": "default", "S3BucketName": bucket_for(at, "acme-config", SERVICE)}
    channel = Resource(CHANNEL, *place, bucket, depends_on=(recorder.key,))

    def plan() -> Plan:
        there = [Resource(type, *place, found.properties) for type, one in handlers.items() for found in one.list(at)]
        known = {type: kind(one) for type, one in handlers.items()}
        return diff(Estate((recorder, channel)), Estate(tuple(there)), known, owned=store.owned(target.label))

    ConfigurationRecorder().create(at, dict(recorder.properties))  # as the killed apply leaves it
    assert [change.action for change in plan().changes] == [Action.UPDATE, Action.CREATE]
    assert apply(plan(), target, store, run_id="r1", now=target.clock, handlers=handlers).complete
    assert plan().empty
    DeliveryChannel().delete(at, "default", {})  # by hand; it stops the recorder
    assert apply(plan(), target, store, run_id="r2", now=target.clock, handlers=handlers).complete
    assert plan().empty
    assert undo("r2", target, store, as_run="back", now=target.clock, handlers=handlers).complete
    assert [change.action for change in plan().changes] == [Action.UPDATE, Action.CREATE]
    sandbox.close()


@pytest.mark.slow
@pytest.mark.parametrize("share", range(4))
def test_a_run_killed_at_any_ledger_entry_is_finished_by_the_next(
    share: int, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each share kills again and again, so many entries further on each time, until an apply comes through."""
    step, kills = 11 + 2 * share, 0
    while killed_when(workspace, workspace.planned(), monkeypatch, lambda number, _: number >= step):
        kills += 1
    assert kills > 1
    left = workspace.planned()
    assert left.empty, [(change.action, str(change.key), change.differences) for change in left.changes]
    assert not workspace.store.open_runs()
    assert not workspace.store.open_entries()
