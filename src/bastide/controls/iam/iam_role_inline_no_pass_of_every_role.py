"""Inline policies of roles let nobody pass on every role."""

from bastide.controls.control import control
from bastide.controls.iam.wording import passes_any_role
from bastide.controls.policies import judge_inline
from bastide.model import Resource, Verdict


@control(
    title="Inline policies of roles let nobody pass on every role",
    resource_type="AWS::IAM::Role",
    severity="high",
    maps_to=("Bastide:IAM.pass-role", "NIST-800-53r5:AC-6(10)"),
    source="IAM User Guide, Grant a user permissions to pass a role to an AWS service",
    remediation="Name the roles, and say to which services with iam:PassedToService.",
    properties=("Policies",),
)
def iam_role_inline_no_pass_of_every_role(role: Resource) -> Verdict:
    """FAIL when a statement lets every role be passed on."""
    return judge_inline(role, passes_any_role)
