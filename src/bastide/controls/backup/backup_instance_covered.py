"""A backup plan takes in an EC2 instance."""

from bastide.controls.backup.coverage import SELECTION, judge_backup
from bastide.controls.control import control
from bastide.model import Estate, Resource, Verdict


@control(
    title="EC2 instances are in a backup plan",
    resource_type="AWS::EC2::Instance",
    severity="low",
    maps_to=("Bastide:EC2.backup", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Config Developer Guide, ec2-resources-protected-by-backup-plan",
    remediation="Let a selection of a backup plan take it in, by its ARN or a tag.",
    reads=(SELECTION,),
    config_rule="ec2-resources-protected-by-backup-plan",
    properties=("Tags",),
)
def backup_instance_covered(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when no selection of a backup plan takes it in."""
    return judge_backup(instance, estate, f"arn:aws:ec2:{instance.region}:{instance.account}:instance/{instance.id}")
