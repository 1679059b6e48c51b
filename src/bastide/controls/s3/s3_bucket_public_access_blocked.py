"""An S3 bucket blocks every kind of public access.

The account-level block is another control: a reader should see which of the two holds the bucket. A template has to say
the four settings itself, as AWS's Guard rule of the same name asks, although AWS switches them on for new buckets; what
the public can really do is asked by ``s3-bucket-not-publicly-readable`` and ``…-writable``.
"""

from bastide.controls.control import control
from bastide.controls.switches import require_on
from bastide.model import PASS, Resource, Verdict

SETTINGS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


@control(
    title="S3 buckets block all public access",
    resource_type="AWS::S3::Bucket",
    severity="high",
    maps_to=("FSBP:S3.8", "CIS-AWS-3.0:2.1.4", "CIS-AWS-5.0:2.1.4", "NIST-800-53r5:AC-3"),
    source="Amazon S3 User Guide, Blocking public access to your Amazon S3 storage",
    remediation="Switch all four public access block settings on for the bucket.",
    heal={f"PublicAccessBlockConfiguration.{name}": True for name in SETTINGS},
    config_rule="s3-bucket-level-public-access-prohibited",
    properties=("PublicAccessBlockConfiguration",),
)
def s3_bucket_public_access_blocked(bucket: Resource) -> Verdict:
    """FAIL when any of the four settings is off or absent."""
    for name in SETTINGS:
        verdict = require_on(bucket, f"PublicAccessBlockConfiguration.{name}", f"{name} is off")
        if verdict is not PASS:
            return verdict
    return PASS
