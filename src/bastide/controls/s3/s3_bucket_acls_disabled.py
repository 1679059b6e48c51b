"""A bucket does without ACLs: who may do what is said by policies alone."""

from bastide.controls.control import control
from bastide.controls.s3.public_access import acls_disabled
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown


@control(
    title="S3 buckets have ACLs disabled",
    resource_type="AWS::S3::Bucket",
    severity="medium",
    maps_to=("FSBP:S3.12", "NIST-800-53r5:AC-3", "NIST-800-53r5:AC-6"),
    source="Amazon S3 User Guide, Controlling ownership of objects and disabling ACLs for your bucket",
    remediation="Set object ownership to BucketOwnerEnforced after moving grants from the ACL to the bucket policy.",
    heal={"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, "AccessControl": "Private"},
    config_rule="s3-bucket-acl-prohibited",
)
def s3_bucket_acls_disabled(bucket: Resource) -> Verdict:
    """FAIL when object ownership is not BucketOwnerEnforced."""
    disabled = acls_disabled(bucket)
    if isinstance(disabled, Unknown):
        return unknown(disabled, "OwnershipControls.Rules")
    return PASS if disabled else fail("ACLs are enabled", "OwnershipControls")
