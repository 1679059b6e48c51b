"""A whole architecture on the sandbox: what is called is what the published policies allow, from first plan to undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bastide.apply import plan_undo, undo
from bastide.aws.actions import iam_actions
from bastide.aws.permissions import deployer_policy, reader_policy
from bastide.aws.registry import kinds
from bastide.aws.session import Target
from bastide.sandbox import Sandbox
from bastide.show.demo.run import careless_week, data_losses
from bastide.show.workspace import Settings, Workspace

ACME = Path(__file__).parents[2] / "examples" / "acme.yaml"
FREE = {"sts:GetCallerIdentity"}  # needs no permission


def allowed(policies: list[dict[str, Any]]) -> set[str]:
    return {action for policy in policies for statement in policy["Statement"] for action in statement["Action"]} | FREE


@pytest.mark.slow
def test_plan_apply_assess_heal_and_undo_call_nothing_that_the_policies_do_not_allow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASTIDE_STATE", str(tmp_path))
    sandbox = Sandbox()
    target = Target.sandbox(sandbox)
    called: set[str] = set()

    def note(model: Any, **_: Any) -> None:
        called.update(iam_actions(model.service_model.service_name, model.name))

    target._session.events.register("before-call.*.*", note)
    workspace = Workspace(Settings(file=ACME), target=target)
    plan = workspace.planned()
    assert called - allowed(reader_policy(kinds())) == set()
    called.clear()
    made = workspace.applied(plan)
    assert made.complete
    assert called - allowed(deployer_policy(kinds())) == set()
    called.clear()
    assert workspace.planned().empty
    workspace.assessed()
    assert called - allowed(reader_policy(kinds())) == set()
    careless_week(sandbox, workspace)
    called.clear()
    healing = workspace.planned(heal=True)
    assert called - allowed(reader_policy(kinds())) == set()
    called.clear()
    healed = workspace.applied(healing, allow_data_loss=data_losses(healing))
    assert healed.complete
    assert called - allowed(deployer_policy(kinds())) == set()
    for run in (healed.run_id, made.run_id):
        called.clear()
        taken_back(workspace, run)
        assert called - allowed(deployer_policy(kinds())) == set()
    sandbox.close()


def taken_back(workspace: Workspace, run: str) -> None:
    """Undo a run as far as the sandbox goes along."""
    target, as_run = workspace.target, workspace.new_run()
    planned = plan_undo(run, target, workspace.store, force=True).plan
    workspace.enter_to_change(planned.changes, as_run)
    everything = frozenset(change.key.id for change in planned.changes)
    undo(run, target, workspace.store, as_run=as_run, now=target.clock, allow_data_loss=everything, force=True)
