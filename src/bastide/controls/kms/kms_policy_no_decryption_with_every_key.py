"""A managed policy allows nobody decryption with every KMS key."""

from collections.abc import Iterable
from functools import partial

from bastide.controls.control import control
from bastide.controls.iam.grants import BLOCKED, judge_managed, uses_every_key
from bastide.controls.policies import policy_of
from bastide.model import Estate, Resource, Verdict


@control(
    title="Managed policies do not grant decryption with every key",
    resource_type="AWS::IAM::ManagedPolicy",
    severity="medium",
    maps_to=("FSBP:KMS.1", "NIST-800-53r5:AC-6"),
    source="AWS KMS Developer Guide, Best practices for IAM policies",
    remediation="Name the keys that the holders need in Resource.",
    reads=("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"),
    config_rule="iam-customer-policy-blocked-kms-actions",
    parameters=(BLOCKED,),
    properties=("AttachmentCount", "PolicyDocument"),
)
def kms_policy_no_decryption_with_every_key(
    policy: Resource, estate: Estate, *, blocked_actions_patterns: Iterable[str]
) -> Verdict:
    """FAIL when a statement allows one of the actions (decryption by default) with every key of the account."""
    wrong = partial(uses_every_key, policy.account, tuple(blocked_actions_patterns))
    return judge_managed(policy, estate, policy_of(policy, "PolicyDocument"), wrong)
