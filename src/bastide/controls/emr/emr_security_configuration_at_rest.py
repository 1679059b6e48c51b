"""A security configuration of EMR encrypts at rest."""

from bastide.controls.control import control
from bastide.controls.emr.security_configuration import judge_encryption
from bastide.model import Resource, Verdict


@control(
    title="EMR security configurations encrypt at rest",
    resource_type="AWS::EMR::SecurityConfiguration",
    severity="medium",
    maps_to=("FSBP:EMR.3", "NIST-800-53r5:CA-9(1)", "NIST-800-53r5:CP-9(8)", "NIST-800-53r5:SI-12"),
    source="AWS Config Developer Guide, emr-security-configuration-encryption-rest",
    remediation="Make a security configuration that encrypts at rest, and clusters with it.",
    config_rule="emr-security-configuration-encryption-rest",
    properties=("SecurityConfiguration",),
)
def emr_security_configuration_at_rest(configuration: Resource) -> Verdict:
    """FAIL when encryption at rest is off."""
    return judge_encryption(configuration, "EnableAtRestEncryption", "clusters do not encrypt at rest")
