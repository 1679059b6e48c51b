"""Inline policies of roles name what they allow."""

from bastide.controls.control import control
from bastide.controls.iam.wording import excepts_actions
from bastide.controls.policies import EXCEPTIONS, judge_inline
from bastide.model import Resource, Verdict


@control(
    title="Inline policies of roles name what they allow",
    resource_type="AWS::IAM::Role",
    severity="medium",
    maps_to=("Bastide:IAM.not-action", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, IAM JSON policy elements: NotAction",
    remediation="Name the actions that are needed in Action.",
    properties=("Policies",),
)
def iam_role_inline_no_excepted_actions(role: Resource) -> Verdict:
    """FAIL when a statement allows with NotAction."""
    return judge_inline(role, excepts_actions, EXCEPTIONS)
