"""A policy that a template gives to roles, users or groups makes nobody an administrator of everything.

CloudFormation's ``AWS::IAM::Policy`` is an inline policy of each of its holders. Where a holder is known, its own
control fails too; this one also speaks of holders that the template does not have, and at the policy's own line.
"""

from bastide.controls.control import control
from bastide.controls.iam.grants import everything, judge_grants
from bastide.controls.policies import policy_of
from bastide.model import Resource, Verdict


@control(
    title="Policies of templates do not grant full administration",
    resource_type="AWS::IAM::Policy",
    severity="high",
    maps_to=("Bastide:IAM.inline-administration", "CIS-AWS-3.0:1.16", "CIS-AWS-5.0:1.15", "NIST-800-53r5:AC-6"),
    source="AWS Config Developer Guide, iam-policy-no-statements-with-admin-access; AWS Guard Rules Registry",
    remediation="Replace the statement by the actions and resources that its holders need.",
    config_rule="iam-policy-no-statements-with-admin-access",
    properties=("PolicyDocument",),
)
def iam_inline_policy_no_full_administration(policy: Resource) -> Verdict:
    """FAIL when a statement allows every action on every resource, however it is spelled."""
    return judge_grants(policy_of(policy, "PolicyDocument"), everything)
