"""A symmetric customer key gets new key material every year."""

from bastide.controls.control import control
from bastide.controls.switches import require_on
from bastide.model import Resource, Unknown, Verdict, not_applicable, unknown

SYMMETRIC = (None, "SYMMETRIC_DEFAULT")
MADE_BY_KMS = (None, "AWS_KMS")
GOING = ("PENDINGDELETION", "PENDINGREPLICADELETION")
NOT_ROTATED = not_applicable("KMS does not rotate asymmetric, HMAC, imported and AWS managed keys at a customer's wish")
NOT_USED = not_applicable("the key is pending deletion")


@control(
    title="Customer keys are rotated",
    resource_type="AWS::KMS::Key",
    severity="medium",
    maps_to=("SecurityHub:KMS.4", "CIS-AWS-3.0:3.6", "CIS-AWS-5.0:3.6", "NIST-800-53r5:SC-12(2)"),
    source="AWS KMS Developer Guide, Rotate AWS KMS keys",
    remediation="Enable automatic rotation of the key; what it encrypted stays readable.",
    heal={"EnableKeyRotation": True},
    config_rule="cmk-backing-key-rotation-enabled",
)
def kms_key_rotation_enabled(key: Resource) -> Verdict:
    """FAIL when rotation is off; NOT_APPLICABLE to keys that KMS cannot rotate by itself."""
    if key.get("KeySpec") not in SYMMETRIC or key.get("Origin") not in MADE_BY_KMS or key.get("KeyManager") == "AWS":
        for path in ("KeySpec", "Origin"):
            value = key.get(path)
            if isinstance(value, Unknown):
                return unknown(value, path)
        return NOT_ROTATED
    if str(key.get("KeyState")).replace("_", "").upper() in GOING:
        return NOT_USED
    return require_on(key, "EnableKeyRotation", "the key is not rotated")
