"""A bucket behind a distribution can be read through that distribution only: by origin access control."""

from collections.abc import Mapping

from bastide.controls.cloudfront.origins import ORIGINS, buckets
from bastide.controls.control import control
from bastide.controls.policies import worst
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, not_applicable, unknown


@control(
    title="Distributions reach buckets by origin access control",
    resource_type="AWS::CloudFront::Distribution",
    severity="medium",
    maps_to=("FSBP:CloudFront.13", "NIST-800-53r5:AC-3", "NIST-800-53r5:SC-7"),
    source="Amazon CloudFront Developer Guide, Restrict access to an Amazon S3 origin",
    remediation="Name an origin access control in the origin, and allow the distribution in the policy of the bucket.",
    config_rule="cloudfront-s3-origin-access-control-enabled",
    properties=("DistributionConfig",),
)
def cloudfront_bucket_origin_controlled(distribution: Resource) -> Verdict:
    """FAIL for a bucket without origin access control; NOT_APPLICABLE when no origin is a bucket."""
    found = buckets(distribution)
    if isinstance(found, Unknown):
        return unknown(found, ORIGINS)
    if not found:
        return not_applicable("no origin is a bucket")
    return worst(_judge(origin, path) for path, origin in found)


def _judge(origin: Value, path: str) -> Verdict:
    if not isinstance(origin, Mapping):
        return unknown(origin if isinstance(origin, Unknown) else "not an origin", path)
    for name in ("CustomOriginConfig", "VpcOriginConfig"):
        if isinstance(origin.get(name), Unknown):
            return unknown(origin[name], f"{path}.{name}")
    named = origin.get("OriginAccessControlId")
    where = f"{path}.OriginAccessControlId"
    if isinstance(named, Unknown):
        return unknown(named, where)
    return PASS if named else fail("the bucket is reached without origin access control", where)
