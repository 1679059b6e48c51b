"""Policies of templates let nobody assume every role."""

from bastide.controls.control import control
from bastide.controls.iam.wording import assumes_any_role
from bastide.controls.policies import judge, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Policies of templates let nobody assume every role",
    resource_type="AWS::IAM::Policy",
    severity="medium",
    maps_to=("Bastide:IAM.assume-role", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, Granting a user permissions to switch roles",
    remediation="Name the roles that may be assumed.",
    properties=("PolicyDocument",),
)
def iam_inline_policy_no_assumption_of_every_role(policy: Resource) -> Verdict:
    """FAIL when a statement lets every role be assumed."""
    return judge(policy_of(policy, "PolicyDocument"), assumes_any_role)
