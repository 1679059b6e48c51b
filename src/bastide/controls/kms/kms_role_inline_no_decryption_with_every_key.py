"""No inline policy of a role allows decryption with every KMS key."""

from functools import partial

from bastide.controls.control import control
from bastide.controls.iam.grants import decrypts_with_every_key
from bastide.controls.policies import judge_inline
from bastide.model import Resource, Verdict


@control(
    title="Inline policies of roles do not grant decryption with every key",
    resource_type="AWS::IAM::Role",
    severity="medium",
    maps_to=("FSBP:KMS.2", "NIST-800-53r5:AC-6"),
    source="AWS KMS Developer Guide, Best practices for IAM policies",
    remediation="Name the keys that the role needs in Resource, or bind the statement to their aliases.",
    config_rule="iam-inline-policy-blocked-kms-actions",
    properties=("Policies",),
)
def kms_role_inline_no_decryption_with_every_key(role: Resource) -> Verdict:
    """FAIL when a statement allows kms:Decrypt or kms:ReEncryptFrom with every key of the account."""
    return judge_inline(role, partial(decrypts_with_every_key, role.account))
