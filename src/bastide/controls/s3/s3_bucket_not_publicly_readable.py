"""Nobody without an account that is named can read a bucket, by ACL or by policy.

This is the exposure as it is; whether the blocks are all switched on is asked by other controls.
"""

from bastide.controls.control import control
from bastide.controls.s3.public_access import ACCOUNT_BLOCK, BUCKET_POLICY, judge_exposure
from bastide.model import Estate, Resource, Verdict


@control(
    title="S3 buckets cannot be read by the public",
    resource_type="AWS::S3::Bucket",
    severity="critical",
    maps_to=("FSBP:S3.2", "NIST-800-53r5:AC-3", "NIST-800-53r5:AC-21", "NIST-800-53r5:SC-7"),
    source="Amazon S3 User Guide, Blocking public access to your Amazon S3 storage, The meaning of public",
    remediation="Switch IgnorePublicAcls and RestrictPublicBuckets on, then remove the public grant or statement.",
    reads=(BUCKET_POLICY, ACCOUNT_BLOCK),
    heal={
        "PublicAccessBlockConfiguration.IgnorePublicAcls": True,
        "PublicAccessBlockConfiguration.RestrictPublicBuckets": True,
    },
    config_rule="s3-bucket-public-read-prohibited",
    properties=("AccessControl", "BucketName", "Grants", "OwnershipControls", "PublicAccessBlockConfiguration"),
)
def s3_bucket_not_publicly_readable(bucket: Resource, estate: Estate) -> Verdict:
    """FAIL when an ACL or a policy lets the public read and no block makes it void."""
    return judge_exposure(bucket, estate, "read")
