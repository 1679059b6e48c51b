"""A region encrypts every new EBS volume, whatever the request says."""

from bastide.controls.control import control
from bastide.controls.switches import require_on
from bastide.model import Resource, Verdict


@control(
    title="New EBS volumes are encrypted by default",
    resource_type="Bastide::EC2::EbsEncryptionByDefault",
    severity="medium",
    maps_to=("FSBP:EC2.7", "CIS-AWS-3.0:2.2.1", "CIS-AWS-5.0:5.1.1", "NIST-800-53r5:SC-28(1)", "NIST-800-53r5:SC-13"),
    source="Amazon EBS User Guide, Enable Amazon EBS encryption by default",
    remediation="Enable EBS encryption by default in the region: ec2 enable-ebs-encryption-by-default.",
    heal={"Enabled": True},
    config_rule="ec2-ebs-encryption-by-default",
)
def ec2_ebs_encrypted_by_default(setting: Resource) -> Verdict:
    """FAIL when the region does not encrypt by default."""
    return require_on(setting, "Enabled", "new volumes are not encrypted by default")
