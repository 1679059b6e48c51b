"""A bucket does without ACLs: who may do what is said by policies alone.

AWS disables the ACLs of a new bucket by itself. A template that leaves ownership out and still asks for an ACL that
lets somebody else in fails: it means to use ACLs, and S3 will refuse to make the bucket.
"""

from bastide.controls.control import control
from bastide.controls.s3.public_access import acls_disabled, is_new
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

# Source: Amazon S3 User Guide, "Canned ACL": S3 ignores the two of the bucket owner on a bucket.
OWNER_ONLY = (None, "Private", "BucketOwnerFullControl", "BucketOwnerRead")


@control(
    title="S3 buckets have ACLs disabled",
    resource_type="AWS::S3::Bucket",
    severity="medium",
    maps_to=("FSBP:S3.12", "NIST-800-53r5:AC-3", "NIST-800-53r5:AC-6"),
    source="Amazon S3 User Guide, Controlling ownership of objects and disabling ACLs for your bucket",
    remediation="Set object ownership to BucketOwnerEnforced after moving grants from the ACL to the bucket policy.",
    heal={"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}, "AccessControl": "Private"},
    config_rule="s3-bucket-acl-prohibited",
    properties=("AccessControl", "OwnershipControls"),
)
def s3_bucket_acls_disabled(bucket: Resource) -> Verdict:
    """FAIL when object ownership is not BucketOwnerEnforced."""
    disabled = acls_disabled(bucket)
    if is_new(bucket) and bucket.get("OwnershipControls") is None:
        canned = bucket.get("AccessControl")
        if isinstance(canned, Unknown):
            return unknown(canned, "AccessControl")
        return PASS if canned in OWNER_ONLY else fail(f"the bucket asks for the ACL {canned}", "AccessControl")
    if isinstance(disabled, Unknown):
        return unknown(disabled, "OwnershipControls.Rules")
    return PASS if disabled else fail("ACLs are enabled", "OwnershipControls")
