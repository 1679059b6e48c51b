"""A bucket's policy refuses every request that comes without TLS."""

from bastide.controls.control import control
from bastide.controls.s3.public_access import BUCKET_POLICY, bucket_name, bucket_policies
from bastide.controls.s3.secure_transport import refuses_plain_http
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown


@control(
    title="S3 buckets refuse requests without TLS",
    resource_type="AWS::S3::Bucket",
    severity="medium",
    maps_to=("FSBP:S3.5", "CIS-AWS-3.0:2.1.1", "CIS-AWS-5.0:2.1.1", "NIST-800-53r5:SC-8", "NIST-800-53r5:AC-17(2)"),
    source="Amazon S3 User Guide, Security best practices for Amazon S3, Enforce encryption of data in transit",
    remediation="Add a Deny of s3:* for everybody on the bucket and its objects where aws:SecureTransport is false.",
    reads=(BUCKET_POLICY,),
    config_rule="s3-bucket-ssl-requests-only",
    properties=("BucketName",),
)
def s3_bucket_requires_tls(bucket: Resource, estate: Estate) -> Verdict:
    """FAIL when there is no policy, or its Deny leaves out a principal, an action, the bucket or its objects."""
    policies = bucket_policies(bucket, estate)
    if isinstance(policies, Unknown):
        return unknown(policies, "PolicyDocument")
    if any(refuses_plain_http(policy.plain, bucket_name(bucket)) for policy in policies):
        return PASS
    # What an Allow says does not matter: only another Deny could cover plain HTTP.
    gap = next((one for policy in policies for one in policy.unread if one.may("Deny")), None)
    if gap is not None:
        return unknown(gap.reason, gap.path)
    if not policies:
        return fail("the bucket has no policy")
    return fail("no Deny covers plain HTTP for everybody, every action, the bucket and its objects")
