"""An EBS volume is encrypted."""

from bastide.controls.control import control
from bastide.controls.switches import is_on, require_on
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, unknown

DEFAULT = "Bastide::EC2::EbsEncryptionByDefault"


@control(
    title="EBS volumes are encrypted",
    resource_type="AWS::EC2::Volume",
    severity="medium",
    maps_to=("FSBP:EC2.3", "CIS-AWS-3.0:2.2.1", "CIS-AWS-5.0:5.1.1", "NIST-800-53r5:SC-28(1)", "NIST-800-53r5:SC-13"),
    source="Amazon EBS User Guide, Amazon EBS encryption",
    remediation="Copy the volume through an encrypted snapshot and attach the copy instead.",
    reads=(DEFAULT,),
    heal={"Encrypted": True},
    config_rule="encrypted-volumes",
    properties=("Encrypted", "KmsKeyId", "SnapshotId"),
)
def ec2_volume_encrypted(volume: Resource, estate: Estate) -> Verdict:
    """FAIL when the volume is not encrypted, attached or not; one that does not say follows its region's default.

    One that names a key but does not say is refused unless it is encrypted: no volume without encryption comes of it.
    """
    if volume.get("Encrypted") is None:
        key, snapshot = volume.get("KmsKeyId"), volume.get("SnapshotId")
        if isinstance(key, Unknown) and not key.filled:
            return unknown(key, "KmsKeyId")
        if isinstance(key, Unknown) or key:
            return PASS
        defaults = estate.listed(DEFAULT, volume.account, volume.region)
        if not isinstance(defaults, Unknown) and any(is_on(one.get("Enabled")) for one in defaults):
            return PASS
        if isinstance(snapshot, Unknown) or snapshot:
            return unknown("whether the snapshot that it is made of is encrypted decides", "SnapshotId")
    return require_on(volume, "Encrypted", "the volume is not encrypted")
