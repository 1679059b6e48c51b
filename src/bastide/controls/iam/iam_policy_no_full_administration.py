"""A managed policy makes nobody an administrator of everything."""

from bastide.controls.control import control
from bastide.controls.iam.grants import everything, judge_managed
from bastide.controls.policies import policy_of
from bastide.model import Estate, Resource, Verdict


@control(
    title="Managed policies do not grant full administration",
    resource_type="AWS::IAM::ManagedPolicy",
    severity="high",
    maps_to=("FSBP:IAM.1", "CIS-AWS-3.0:1.16", "CIS-AWS-5.0:1.15", "NIST-800-53r5:AC-6", "NIST-800-53r5:AC-3"),
    source="IAM User Guide, Security best practices in IAM, Apply least-privilege permissions",
    remediation="Replace the statement by the actions and resources that its holders were seen to use.",
    reads=("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"),
    config_rule="iam-policy-no-statements-with-admin-access",
    properties=("AttachmentCount", "PolicyDocument"),
)
def iam_policy_no_full_administration(policy: Resource, estate: Estate) -> Verdict:
    """FAIL when a statement allows every action on every resource, however it is spelled."""
    return judge_managed(policy, estate, policy_of(policy, "PolicyDocument"), everything)
