"""No inline policy makes a group an administrator of everything."""

from bastide.controls.control import control
from bastide.controls.iam.grants import everything
from bastide.controls.policies import judge_inline
from bastide.model import Resource, Verdict


@control(
    title="Inline policies of groups do not grant full administration",
    resource_type="AWS::IAM::Group",
    severity="high",
    maps_to=("Bastide:IAM.inline-administration", "CIS-AWS-3.0:1.16", "CIS-AWS-5.0:1.15", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, Managed policies and inline policies",
    remediation="Replace the statement by the actions and resources that the group was seen to use.",
    properties=("Policies",),
)
def iam_group_inline_no_full_administration(group: Resource) -> Verdict:
    """FAIL when a statement of an inline policy allows every action on every resource."""
    return judge_inline(group, everything)
