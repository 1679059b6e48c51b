"""A backup plan takes in an RDS instance."""

from bastide.controls.backup.coverage import SELECTION, judge_backup
from bastide.controls.control import control
from bastide.model import Estate, Resource, Unknown, Verdict, not_applicable, unknown


@control(
    title="RDS instances are in a backup plan",
    resource_type="AWS::RDS::DBInstance",
    severity="medium",
    maps_to=("SecurityHub:RDS.26", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Security Hub User Guide, RDS.26",
    remediation="Let a selection of a backup plan take it in, by its ARN or a tag.",
    reads=(SELECTION,),
    config_rule="rds-resources-protected-by-backup-plan",
    properties=("DBClusterIdentifier", "Tags"),
)
def backup_database_covered(database: Resource, estate: Estate) -> Verdict:
    """FAIL when no selection of a backup plan takes it in; of a cluster only the cluster is backed up."""
    cluster = database.get("DBClusterIdentifier")
    if isinstance(cluster, Unknown):
        return unknown(cluster, "DBClusterIdentifier")
    if cluster:
        return not_applicable("its cluster is backed up")
    return judge_backup(
        database, estate, database.arn or f"arn:aws:rds:{database.region}:{database.account}:db:{database.id}"
    )
