"""A policy that a template gives to roles, users or groups allows no service as a whole."""

from bastide.controls.control import control
from bastide.controls.iam.grants import judge_grants, whole_service
from bastide.controls.policies import ACTIONS, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Policies of templates do not grant every action of a service",
    resource_type="AWS::IAM::Policy",
    severity="low",
    maps_to=("Bastide:IAM.inline-whole-service", "NIST-800-53r5:AC-6"),
    source="AWS Config Developer Guide, iam-policy-no-statements-with-full-access; AWS Guard Rules Registry",
    remediation="Name the actions that the holders need instead of the wildcard for the service.",
    config_rule="iam-policy-no-statements-with-full-access",
    properties=("PolicyDocument",),
)
def iam_inline_policy_no_whole_service(policy: Resource) -> Verdict:
    """FAIL when a statement allows every action of a service, on whatever resource."""
    return judge_grants(policy_of(policy, "PolicyDocument"), whole_service, ACTIONS)
