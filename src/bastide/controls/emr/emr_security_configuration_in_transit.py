"""A security configuration of EMR encrypts in transit."""

from bastide.controls.control import control
from bastide.controls.emr.security_configuration import judge_encryption
from bastide.model import Resource, Verdict


@control(
    title="EMR security configurations encrypt in transit",
    resource_type="AWS::EMR::SecurityConfiguration",
    severity="medium",
    maps_to=("FSBP:EMR.4", "NIST-800-53r5:SC-8"),
    source="AWS Config Developer Guide, emr-security-configuration-encryption-transit",
    remediation="Make a security configuration that encrypts in transit, and clusters with it.",
    config_rule="emr-security-configuration-encryption-transit",
    properties=("SecurityConfiguration",),
)
def emr_security_configuration_in_transit(configuration: Resource) -> Verdict:
    """FAIL when encryption in transit is off."""
    return judge_encryption(configuration, "EnableInTransitEncryption", "clusters do not encrypt in transit")
