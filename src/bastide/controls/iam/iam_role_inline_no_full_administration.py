"""No inline policy makes a role an administrator of everything."""

from bastide.controls.control import control
from bastide.controls.iam.grants import everything
from bastide.controls.policies import judge_inline
from bastide.model import Resource, Verdict


@control(
    title="Inline policies of roles do not grant full administration",
    resource_type="AWS::IAM::Role",
    severity="high",
    maps_to=("Bastide:IAM.inline-administration", "CIS-AWS-3.0:1.16", "CIS-AWS-5.0:1.15", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, Managed policies and inline policies",
    remediation="Replace the statement by the actions and resources that the role was seen to use.",
    properties=("Policies",),
)
def iam_role_inline_no_full_administration(role: Resource) -> Verdict:
    """FAIL when a statement of an inline policy allows every action on every resource."""
    return judge_inline(role, everything)
