"""Managed policies let nobody assume every role."""

from bastide.controls.control import control
from bastide.controls.iam.grants import judge_managed
from bastide.controls.iam.wording import assumes_any_role
from bastide.controls.policies import policy_of
from bastide.model import Estate, Resource, Verdict


@control(
    title="Managed policies let nobody assume every role",
    resource_type="AWS::IAM::ManagedPolicy",
    severity="medium",
    maps_to=("Bastide:IAM.assume-role", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, Granting a user permissions to switch roles",
    remediation="Name the roles that may be assumed.",
    reads=("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"),
    properties=("AttachmentCount", "PolicyDocument"),
)
def iam_policy_no_assumption_of_every_role(policy: Resource, estate: Estate) -> Verdict:
    """FAIL when a statement lets every role be assumed."""
    return judge_managed(policy, estate, policy_of(policy, "PolicyDocument"), assumes_any_role)
