"""Inline policies of roles name the resources that they allow."""

from bastide.controls.control import control
from bastide.controls.iam.wording import excepts_resources
from bastide.controls.policies import EXCEPTIONS, judge_inline
from bastide.model import Resource, Verdict


@control(
    title="Inline policies of roles name the resources that they allow",
    resource_type="AWS::IAM::Role",
    severity="medium",
    maps_to=("Bastide:IAM.not-resource", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, IAM JSON policy elements: NotResource",
    remediation="Name the resources that are needed in Resource.",
    properties=("Policies",),
)
def iam_role_inline_no_excepted_resources(role: Resource) -> Verdict:
    """FAIL when a statement allows with NotResource."""
    return judge_inline(role, excepts_resources, EXCEPTIONS)
