"""A managed policy allows no service as a whole."""

from bastide.controls.control import control
from bastide.controls.iam.grants import judge_managed, whole_service
from bastide.controls.policies import ACTIONS, policy_of
from bastide.model import Estate, Resource, Verdict


@control(
    title="Managed policies do not grant every action of a service",
    resource_type="AWS::IAM::ManagedPolicy",
    severity="low",
    maps_to=("FSBP:IAM.21", "NIST-800-53r5:AC-6"),
    source="IAM User Guide, Security best practices in IAM, Apply least-privilege permissions",
    remediation="Name the actions that the holders need instead of the wildcard for the service.",
    reads=("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"),
    config_rule="iam-policy-no-statements-with-full-access",
    properties=("AttachmentCount", "PolicyDocument"),
)
def iam_policy_no_whole_service(policy: Resource, estate: Estate) -> Verdict:
    """FAIL when a statement allows every action of a service, on whatever resource."""
    return judge_managed(policy, estate, policy_of(policy, "PolicyDocument"), whole_service, ACTIONS)
