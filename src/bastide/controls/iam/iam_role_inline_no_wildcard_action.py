"""Inline policies of roles name the actions of the service."""

from bastide.controls.control import control
from bastide.controls.iam.wording import any_action
from bastide.controls.policies import ACTIONS, judge_inline
from bastide.model import Resource, Verdict


@control(
    title="Inline policies of roles name the actions of the service",
    resource_type="AWS::IAM::Role",
    severity="medium",
    maps_to=("Bastide:IAM.wildcard-action", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, IAM JSON policy elements: Action",
    remediation="Name the actions that are needed.",
    properties=("Policies",),
)
def iam_role_inline_no_wildcard_action(role: Resource) -> Verdict:
    """FAIL when a statement allows every action."""
    return judge_inline(role, any_action, ACTIONS)
