"""No inline policy of a group allows decryption with every KMS key."""

from collections.abc import Iterable
from functools import partial

from bastide.controls.control import control
from bastide.controls.iam.grants import BLOCKED, uses_every_key
from bastide.controls.policies import judge_inline
from bastide.model import Resource, Verdict


@control(
    title="Inline policies of groups do not grant decryption with every key",
    resource_type="AWS::IAM::Group",
    severity="medium",
    maps_to=("FSBP:KMS.2", "NIST-800-53r5:AC-6"),
    source="AWS KMS Developer Guide, Best practices for IAM policies",
    remediation="Name the keys that the group needs in Resource.",
    config_rule="iam-inline-policy-blocked-kms-actions",
    parameters=(BLOCKED,),
    properties=("Policies",),
)
def kms_group_inline_no_decryption_with_every_key(
    group: Resource, *, blocked_actions_patterns: Iterable[str]
) -> Verdict:
    """FAIL when a statement allows one of the actions (decryption by default) with every key of the account."""
    return judge_inline(group, partial(uses_every_key, group.account, tuple(blocked_actions_patterns)))
