"""A backup plan takes in an EFS file system.

Automatic backups are a plan too: EFS puts the file system into one of its own.
"""

from bastide.controls.backup.coverage import SELECTION, judge_file_system
from bastide.controls.control import control
from bastide.model import Estate, Resource, Verdict


@control(
    title="EFS file systems are in a backup plan",
    resource_type="AWS::EFS::FileSystem",
    severity="medium",
    maps_to=("FSBP:EFS.2", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Security Hub User Guide, EFS.2; Amazon EFS User Guide, Backing up your file systems",
    remediation="Switch on automatic backups, or let a selection of a backup plan take the file system in.",
    reads=(SELECTION,),
    config_rule="efs-in-backup-plan",
    heal={"BackupPolicy.Status": "ENABLED"},
    properties=("AvailabilityZoneName", "BackupPolicy", "FileSystemTags", "Tags"),
)
def backup_file_system_covered(system: Resource, estate: Estate) -> Verdict:
    """FAIL when there are no automatic backups, and no selection of a backup plan takes it in."""
    return judge_file_system(system, estate)
