"""A trail encrypts its log files with a KMS key."""

from bastide.controls.control import control
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown


@control(
    title="Trails encrypt their logs with a KMS key",
    resource_type="AWS::CloudTrail::Trail",
    severity="medium",
    maps_to=(
        "FSBP:CloudTrail.2",
        "CIS-AWS-3.0:3.5",
        "CIS-AWS-5.0:3.5",
        "NIST-800-53r5:SC-28(1)",
        "NIST-800-53r5:AU-9(3)",
    ),
    source="AWS CloudTrail User Guide, Encrypting CloudTrail log files with AWS KMS keys",
    remediation="Give the trail a key whose policy lets CloudTrail encrypt and few people decrypt.",
    config_rule="cloud-trail-encryption-enabled",
)
def cloudtrail_encrypted_with_kms(trail: Resource) -> Verdict:
    """FAIL when the trail names no key."""
    key = trail.get("KMSKeyId")
    if isinstance(key, Unknown):
        return unknown(key, "KMSKeyId")
    return PASS if key else fail("the trail names no KMS key", "KMSKeyId")
