"""A backup plan takes in an FSx file system."""

from bastide.controls.backup.coverage import SELECTION, judge_backup
from bastide.controls.control import control
from bastide.model import Estate, Resource, Verdict


@control(
    title="FSx file systems are in a backup plan",
    resource_type="AWS::FSx::FileSystem",
    severity="low",
    maps_to=("Bastide:FSx.backup", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Config Developer Guide, fsx-resources-protected-by-backup-plan",
    remediation="Let a selection of a backup plan take it in, by its ARN or a tag.",
    reads=(SELECTION,),
    config_rule="fsx-resources-protected-by-backup-plan",
    properties=("Tags",),
)
def backup_fsx_covered(system: Resource, estate: Estate) -> Verdict:
    """FAIL when no selection of a backup plan takes it in."""
    arn = system.arn or f"arn:aws:fsx:{system.region}:{system.account}:file-system/{system.id}"
    return judge_backup(system, estate, arn)
