"""A backup plan takes in an RDS cluster."""

from bastide.controls.backup.coverage import SELECTION, judge_backup
from bastide.controls.control import control
from bastide.model import Estate, Resource, Verdict


@control(
    title="RDS clusters are in a backup plan",
    resource_type="AWS::RDS::DBCluster",
    severity="low",
    maps_to=("Bastide:RDS.aurora-backup", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Config Developer Guide, aurora-resources-protected-by-backup-plan",
    remediation="Let a selection of a backup plan take it in, by its ARN or a tag.",
    reads=(SELECTION,),
    config_rule="aurora-resources-protected-by-backup-plan",
    properties=("Tags",),
)
def backup_cluster_covered(cluster: Resource, estate: Estate) -> Verdict:
    """FAIL when no selection of a backup plan takes it in."""
    arn = cluster.arn or f"arn:aws:rds:{cluster.region}:{cluster.account}:cluster:{cluster.id}"
    return judge_backup(cluster, estate, arn)
