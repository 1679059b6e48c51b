"""Managed policies name the resources that they allow."""

from bastide.controls.control import control
from bastide.controls.iam.wording import excepts_resources
from bastide.controls.policies import EXCEPTIONS, judge, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Managed policies name the resources that they allow",
    resource_type="AWS::IAM::ManagedPolicy",
    severity="medium",
    maps_to=("Bastide:IAM.not-resource", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, IAM JSON policy elements: NotResource",
    remediation="Name the resources that are needed in Resource.",
    properties=("PolicyDocument",),
)
def iam_policy_no_excepted_resources(policy: Resource) -> Verdict:
    """FAIL when a statement allows with NotResource."""
    return judge(policy_of(policy, "PolicyDocument"), excepts_resources, EXCEPTIONS)
