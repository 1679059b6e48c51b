"""Managed policies name what they allow."""

from bastide.controls.control import control
from bastide.controls.iam.wording import excepts_actions
from bastide.controls.policies import EXCEPTIONS, judge, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Managed policies name what they allow",
    resource_type="AWS::IAM::ManagedPolicy",
    severity="medium",
    maps_to=("Bastide:IAM.not-action", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, IAM JSON policy elements: NotAction",
    remediation="Name the actions that are needed in Action.",
    properties=("PolicyDocument",),
)
def iam_policy_no_excepted_actions(policy: Resource) -> Verdict:
    """FAIL when a statement allows with NotAction."""
    return judge(policy_of(policy, "PolicyDocument"), excepts_actions, EXCEPTIONS)
