"""The bucket that holds a trail's log files is closed to the public, be it in another account."""

from bastide.controls.control import control
from bastide.controls.neighbours import having
from bastide.controls.s3.public_access import ACCOUNT_BLOCK, BUCKET_POLICY, judge_exposure
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

BUCKET = "AWS::S3::Bucket"


@control(
    title="Buckets of trails are not public",
    resource_type="AWS::CloudTrail::Trail",
    severity="critical",
    maps_to=("SecurityHub:CloudTrail.6", "NIST-800-53r5:AU-9", "NIST-800-53r5:AC-3"),
    source="AWS CloudTrail User Guide, Amazon S3 bucket policy for CloudTrail",
    remediation="Close the bucket: all public access blocks, and a policy for CloudTrail and the organization.",
    reads=(BUCKET, BUCKET_POLICY, ACCOUNT_BLOCK),
    config_rule="cloudtrail-s3-bucket-public-access-prohibited",
    properties=("S3BucketName",),
)
def cloudtrail_bucket_not_public(trail: Resource, estate: Estate) -> Verdict:
    """FAIL when the public can read or write the bucket; UNKNOWN when the bucket is not in the estate."""
    name = trail.get("S3BucketName")
    if isinstance(name, Unknown):
        return unknown(name, "S3BucketName")
    buckets = having(estate, BUCKET, "", name)
    if not buckets:
        return unknown(f"bucket {name} is not in the estate", "S3BucketName")
    for kind in ("write", "read"):
        verdict = judge_exposure(buckets[0], estate, kind)
        if verdict is not PASS:
            reason = f"bucket {name}: {verdict.reason}"
            return fail(reason, "S3BucketName") if verdict.status == "FAIL" else unknown(reason, "S3BucketName")
    return PASS
