"""A backup plan takes in an EBS volume."""

from bastide.controls.backup.coverage import SELECTION, judge_backup
from bastide.controls.control import control
from bastide.model import Estate, Resource, Verdict


@control(
    title="EBS volumes are in a backup plan",
    resource_type="AWS::EC2::Volume",
    severity="low",
    maps_to=("SecurityHub:EC2.28", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Security Hub User Guide, EC2.28",
    remediation="Let a selection of a backup plan take it in, by its ARN or a tag.",
    reads=(SELECTION,),
    config_rule="ebs-resources-protected-by-backup-plan",
    properties=("Tags",),
)
def backup_volume_covered(volume: Resource, estate: Estate) -> Verdict:
    """FAIL when no selection of a backup plan takes it in."""
    return judge_backup(volume, estate, f"arn:aws:ec2:{volume.region}:{volume.account}:volume/{volume.id}")
