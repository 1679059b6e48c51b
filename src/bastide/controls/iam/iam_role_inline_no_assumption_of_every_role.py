"""Inline policies of roles let nobody assume every role."""

from bastide.controls.control import control
from bastide.controls.iam.wording import assumes_any_role
from bastide.controls.policies import judge_inline
from bastide.model import Resource, Verdict


@control(
    title="Inline policies of roles let nobody assume every role",
    resource_type="AWS::IAM::Role",
    severity="medium",
    maps_to=("Bastide:IAM.assume-role", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, Granting a user permissions to switch roles",
    remediation="Name the roles that may be assumed.",
    properties=("Policies",),
)
def iam_role_inline_no_assumption_of_every_role(role: Resource) -> Verdict:
    """FAIL when a statement lets every role be assumed."""
    return judge_inline(role, assumes_any_role)
