"""A key policy lets in nobody who is not named.

kms:ViaService says through which service the key is used, not by whom.
"""

from bastide.controls.control import control
from bastide.controls.policies import judge_public, policy_of
from bastide.model import Resource, Verdict


@control(
    title="Keys cannot be used by the public",
    resource_type="AWS::KMS::Key",
    severity="critical",
    maps_to=("FSBP:KMS.5", "NIST-800-53r5:AC-3", "NIST-800-53r5:SC-12"),
    source="AWS KMS Developer Guide, Key policies in AWS KMS",
    remediation="Name the accounts or roles that use the key, or add a condition on the organization or account.",
    config_rule="kms-key-policy-no-public-access",
    properties=("KeyPolicy",),
)
def kms_key_policy_not_public(key: Resource) -> Verdict:
    """FAIL when a statement allows everybody, and no condition holds the caller to fixed values."""
    # Without a policy KMS gives the key its default one, which names the account.
    return judge_public(policy_of(key, "KeyPolicy"), "everybody can use the key")
