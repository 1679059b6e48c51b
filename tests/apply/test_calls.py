"""A whole architecture on the sandbox: what is called is what the published policies allow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bastide.aws.actions import iam_actions
from bastide.aws.permissions import deployer_policy, reader_policy
from bastide.aws.registry import kinds
from bastide.aws.session import Target
from bastide.sandbox import Sandbox
from bastide.show.workspace import Settings, Workspace

ACME = Path(__file__).parents[2] / "examples" / "acme.yaml"
FREE = {"sts:GetCallerIdentity"}  # needs no permission


def allowed(policies: list[dict[str, Any]]) -> set[str]:
    return {action for policy in policies for statement in policy["Statement"] for action in statement["Action"]} | FREE


@pytest.mark.slow
def test_plan_apply_and_assess_call_nothing_that_the_policies_do_not_allow(
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
    assert workspace.applied(plan).complete
    assert called - allowed(deployer_policy(kinds())) == set()
    called.clear()
    assert workspace.planned().empty
    workspace.assessed()
    assert called - allowed(reader_policy(kinds())) == set()
    sandbox.close()
