"""A bucket keeps earlier versions of its objects; and, where that is asked, deletes them with MFA only."""

from bastide.controls.control import control
from bastide.controls.lookup import truth
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

PATH, LOCK, MFA = "VersioningConfiguration.Status", "ObjectLockEnabled", "VersioningConfiguration.MfaDelete"


@control(
    title="S3 buckets keep versions of their objects",
    resource_type="AWS::S3::Bucket",
    severity="low",
    maps_to=("SecurityHub:S3.14", "NIST-800-53r5:CP-9", "NIST-800-53r5:SI-12"),
    source="Amazon S3 User Guide, Retaining multiple versions of objects with S3 Versioning",
    remediation="Enable versioning on the bucket, with a lifecycle rule that expires noncurrent versions.",
    config_rule="s3-bucket-versioning-enabled",
    heal={PATH: "Enabled"},
    parameters=(Parameter("isMfaDeleteEnabled", "boolean", None, "whether versions have to be deleted with MFA only"),),
    properties=(PATH, LOCK, MFA),
)
def s3_bucket_versioning_enabled(bucket: Resource, *, is_mfa_delete_enabled: bool | None) -> Verdict:
    """FAIL when no versions are kept, or MFA delete is not as the parameter asks."""
    kept = _kept(bucket)
    if kept is not PASS or is_mfa_delete_enabled is None:
        return kept
    status = bucket.get(MFA)
    if isinstance(status, Unknown):
        return unknown(status, MFA)
    # S3 does not mention it where nobody ever switched it on. Source: Amazon S3 API Reference, GetBucketVersioning.
    word = "on" if status == "Enabled" else "off"
    return PASS if (status == "Enabled") is is_mfa_delete_enabled else fail(f"MFA delete is {word}", MFA)


def _kept(bucket: Resource) -> Verdict:
    status, lock = bucket.get(PATH), truth(bucket.get(LOCK))
    # Object Lock switches versioning on. Source: Amazon S3 User Guide, Locking objects with Object Lock.
    if status == "Enabled" or lock is True:
        return PASS
    if isinstance(status, Unknown):
        return unknown(status, PATH)
    gap = lock if isinstance(lock, Unknown) and bucket.get(LOCK) is not None else None
    return unknown(gap, LOCK) if gap is not None else fail("versioning is not enabled", PATH)
