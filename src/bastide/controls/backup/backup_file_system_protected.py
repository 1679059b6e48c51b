"""A backup plan takes in an EFS file system, as AWS Config asks beside ``efs-in-backup-plan``."""

from bastide.controls.backup.coverage import SELECTION, judge_file_system
from bastide.controls.control import control
from bastide.model import Estate, Resource, Verdict


@control(
    title="EFS file systems are protected by a backup plan",
    resource_type="AWS::EFS::FileSystem",
    severity="medium",
    maps_to=("Bastide:EFS.backup", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Config Developer Guide, efs-resources-protected-by-backup-plan; EFS User Guide, Automatic backups",
    remediation="Switch on automatic backups, or let a selection of a backup plan take the file system in.",
    reads=(SELECTION,),
    config_rule="efs-resources-protected-by-backup-plan",
    heal={"BackupPolicy.Status": "ENABLED"},
    properties=("AvailabilityZoneName", "BackupPolicy", "FileSystemTags", "Tags"),
)
def backup_file_system_protected(system: Resource, estate: Estate) -> Verdict:
    """FAIL when there are no automatic backups, and no selection of a backup plan takes it in."""
    return judge_file_system(system, estate)
