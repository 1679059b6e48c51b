"""A backup plan takes in an S3 bucket."""

from bastide.controls.backup.coverage import SELECTION, judge_backup
from bastide.controls.control import control
from bastide.model import Estate, Resource, Verdict


@control(
    title="S3 buckets are in a backup plan",
    resource_type="AWS::S3::Bucket",
    severity="low",
    maps_to=("Bastide:S3.backup", "NIST-800-53r5:CP-9", "NIST-800-53r5:CP-10"),
    source="AWS Config Developer Guide, s3-resources-protected-by-backup-plan",
    remediation="Let a selection of a backup plan take it in, by its ARN or a tag.",
    reads=(SELECTION,),
    config_rule="s3-resources-protected-by-backup-plan",
    properties=("Tags",),
)
def backup_bucket_covered(bucket: Resource, estate: Estate) -> Verdict:
    """FAIL when no selection of a backup plan takes it in."""
    return judge_backup(bucket, estate, f"arn:aws:s3:::{bucket.id}")
