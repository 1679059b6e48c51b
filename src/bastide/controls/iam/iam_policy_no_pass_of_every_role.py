"""Managed policies let nobody pass on every role."""

from bastide.controls.control import control
from bastide.controls.iam.grants import judge_managed
from bastide.controls.iam.wording import passes_any_role
from bastide.controls.policies import policy_of
from bastide.model import Estate, Resource, Verdict


@control(
    title="Managed policies let nobody pass on every role",
    resource_type="AWS::IAM::ManagedPolicy",
    severity="high",
    maps_to=("Bastide:IAM.pass-role", "NIST-800-53r5:AC-6(10)"),
    source="IAM User Guide, Grant a user permissions to pass a role to an AWS service",
    remediation="Name the roles, and say to which services with iam:PassedToService.",
    reads=("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"),
    properties=("AttachmentCount", "PolicyDocument"),
)
def iam_policy_no_pass_of_every_role(policy: Resource, estate: Estate) -> Verdict:
    """FAIL when a statement lets every role be passed on."""
    return judge_managed(policy, estate, policy_of(policy, "PolicyDocument"), passes_any_role)
