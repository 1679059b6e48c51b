"""A backup plan takes in a DynamoDB table."""

from bastide.controls.backup.coverage import SELECTION, judge_backup
from bastide.controls.control import control
from bastide.model import Estate, Resource, Verdict


@control(
    title="DynamoDB tables are in a backup plan",
    resource_type="AWS::DynamoDB::Table",
    severity="medium",
    maps_to=("SecurityHub:DynamoDB.4", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Security Hub User Guide, DynamoDB.4",
    remediation="Let a selection of a backup plan take it in, by its ARN or a tag.",
    reads=(SELECTION,),
    config_rule="dynamodb-resources-protected-by-backup-plan",
    properties=("Tags",),
)
def backup_table_covered(table: Resource, estate: Estate) -> Verdict:
    """FAIL when no selection of a backup plan takes it in."""
    return judge_backup(table, estate, table.arn or f"arn:aws:dynamodb:{table.region}:{table.account}:table/{table.id}")
