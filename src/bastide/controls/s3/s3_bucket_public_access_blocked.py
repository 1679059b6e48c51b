"""An S3 bucket blocks every kind of public access.

The account-level block is another control: a reader should see which of the two holds the bucket. A template has to say
the four settings itself, as AWS's Guard rule of the same name asks, although AWS switches them on for new buckets; what
the public can really do is asked by ``s3-bucket-not-publicly-readable`` and ``…-writable``, and is evidence here.
"""

from collections.abc import Iterable

from bastide.controls.answers import with_exposure
from bastide.controls.control import control
from bastide.controls.parameter import Parameter
from bastide.controls.policies import worst
from bastide.controls.s3.public_access import bucket_name, judge_exposure
from bastide.controls.switches import require_on
from bastide.model import PASS, Estate, Resource, Status, Verdict, not_applicable

SETTINGS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
PUBLIC = Parameter("excludedPublicBuckets", "list", [], "names of buckets that may be public")


@control(
    title="S3 buckets block all public access",
    resource_type="AWS::S3::Bucket",
    severity="high",
    maps_to=("FSBP:S3.8", "CIS-AWS-3.0:2.1.4", "CIS-AWS-5.0:2.1.4", "NIST-800-53r5:AC-3"),
    source="Amazon S3 User Guide, Blocking public access to your Amazon S3 storage",
    remediation="Switch all four public access block settings on for the bucket.",
    heal={f"PublicAccessBlockConfiguration.{name}": True for name in SETTINGS},
    config_rule="s3-bucket-level-public-access-prohibited",
    parameters=(PUBLIC,),
    properties=("AccessControl", "BucketName", "Grants", "OwnershipControls", "PublicAccessBlockConfiguration"),
)
def s3_bucket_public_access_blocked(
    bucket: Resource, estate: Estate, *, excluded_public_buckets: Iterable[str]
) -> Verdict:
    """FAIL when any of the four settings is off or absent, with what the public can do as evidence."""
    if bucket_name(bucket) in excluded_public_buckets:
        return not_applicable("the bucket is allowed to be public")
    for name in SETTINGS:
        verdict = require_on(bucket, f"PublicAccessBlockConfiguration.{name}", f"{name} is off")
        if verdict.status is Status.FAIL:
            exposures = (judge_exposure(bucket, estate, kind) for kind in ("write", "read"))
            return with_exposure(verdict, worst(exposures))
        if verdict is not PASS:
            return verdict
    return PASS
