"""A bucket keeps earlier versions of its objects."""

from bastide.controls.control import control
from bastide.controls.switches import require_value
from bastide.model import Resource, Verdict


@control(
    title="S3 buckets keep versions of their objects",
    resource_type="AWS::S3::Bucket",
    severity="low",
    maps_to=("SecurityHub:S3.14", "NIST-800-53r5:CP-9", "NIST-800-53r5:SI-12"),
    source="Amazon S3 User Guide, Retaining multiple versions of objects with S3 Versioning",
    remediation="Enable versioning on the bucket, with a lifecycle rule that expires noncurrent versions.",
    heal={"VersioningConfiguration.Status": "Enabled"},
    config_rule="s3-bucket-versioning-enabled",
)
def s3_bucket_versioning_enabled(bucket: Resource) -> Verdict:
    """FAIL when versioning was never enabled or is suspended."""
    return require_value(bucket, "VersioningConfiguration.Status", ("Enabled",), "versioning is not enabled")
