"""What a distribution sends to its origins is encrypted.

A policy that follows the viewer encrypts when no viewer may come by HTTP.
"""

from collections.abc import Mapping

from bastide.controls.cloudfront.origins import ORIGINS, behaviors
from bastide.controls.control import control
from bastide.controls.lookup import elements_of
from bastide.controls.policies import worst
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, unknown


@control(
    title="Distributions encrypt what they send to origins",
    resource_type="AWS::CloudFront::Distribution",
    severity="medium",
    maps_to=("FSBP:CloudFront.9", "NIST-800-53r5:SC-8", "NIST-800-53r5:SC-13", "PCI-DSS-4.0.1:4.2.1"),
    source="AWS Config Developer Guide, cloudfront-traffic-to-origin-encrypted",
    remediation="Set OriginProtocolPolicy of each server to https-only.",
    config_rule="cloudfront-traffic-to-origin-encrypted",
    properties=("DistributionConfig",),
)
def cloudfront_origin_traffic_encrypted(distribution: Resource) -> Verdict:
    """FAIL for an origin that is reached by HTTP, always or when the viewer came by it."""
    origins = elements_of(distribution.get(ORIGINS))
    if isinstance(origins, Unknown):
        return unknown(origins, ORIGINS)
    by_http = _viewers_by_http(distribution)
    return worst(_judge(one, f"{ORIGINS}.{index}", by_http) for index, one in enumerate(origins))


def _judge(origin: Value, path: str, by_http: bool | Unknown) -> Verdict:
    if not isinstance(origin, Mapping):
        return unknown(origin if isinstance(origin, Unknown) else "not an origin", path)
    server = origin.get("CustomOriginConfig")
    if server is None:
        return PASS
    policy = server.get("OriginProtocolPolicy") if isinstance(server, Mapping) else server
    where = f"{path}.CustomOriginConfig.OriginProtocolPolicy"
    if not isinstance(policy, str):
        return unknown(policy if isinstance(policy, Unknown) else "nothing says how the origin is reached", where)
    if policy == "match-viewer" and isinstance(by_http, Unknown):
        return unknown(by_http, where)
    if policy == "http-only":
        return fail("the origin is reached by HTTP", where)
    return (
        fail("the origin is reached by HTTP when the viewer is", where)
        if policy == "match-viewer" and by_http
        else PASS
    )


def _viewers_by_http(distribution: Resource) -> bool | Unknown:
    """Whether a cache behavior lets viewers come by HTTP."""
    found = behaviors(distribution)
    if isinstance(found, Unknown):
        return found
    policies = [one.get("ViewerProtocolPolicy") if isinstance(one, Mapping) else one for _, one in found]
    if "allow-all" in [policy for policy in policies if isinstance(policy, str)]:
        return True
    gap = next((policy for policy in policies if isinstance(policy, Unknown)), None)
    return False if gap is None else gap
