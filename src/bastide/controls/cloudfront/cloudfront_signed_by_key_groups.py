"""Signed URLs and cookies of a distribution are checked with key groups, not with keys of root users.

Whoever needs no signed requests has no use for this: AWS's rule fails such a distribution all the same.
"""

from collections.abc import Mapping

from bastide.controls.cloudfront.origins import BEHAVIORS, behaviors
from bastide.controls.control import control
from bastide.controls.lookup import elements_of
from bastide.controls.policies import worst
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, unknown


@control(
    title="Distributions check signed requests with key groups",
    resource_type="AWS::CloudFront::Distribution",
    severity="medium",
    maps_to=("FSBP:CloudFront.17", "NIST-800-53r5:AC-3", "NIST-800-53r5:IA-5"),
    source="AWS Config Developer Guide, cloudfront-distribution-key-group-enabled",
    remediation="Make a key group, name it in TrustedKeyGroups of each cache behavior, and take TrustedSigners away.",
    config_rule="cloudfront-distribution-key-group-enabled",
    properties=("DistributionConfig",),
)
def cloudfront_signed_by_key_groups(distribution: Resource) -> Verdict:
    """FAIL for a cache behavior that trusts accounts as signers, or asks for no signature."""
    found = behaviors(distribution)
    if isinstance(found, Unknown):
        return unknown(found, BEHAVIORS)
    return worst(_judge(behavior, path) for path, behavior in found)


def _judge(behavior: Value, path: str) -> Verdict:
    if isinstance(behavior, Unknown):
        return unknown(behavior, path)
    own = behavior if isinstance(behavior, Mapping) else {}
    signers, groups = (elements_of(own.get(name)) for name in ("TrustedSigners", "TrustedKeyGroups"))
    if not isinstance(signers, Unknown) and signers:
        return fail("accounts are trusted to sign requests", f"{path}.TrustedSigners")
    if not isinstance(groups, Unknown) and not groups:
        return fail("requests need no signature of a key group", f"{path}.TrustedKeyGroups")
    for name, value in (("TrustedSigners", signers), ("TrustedKeyGroups", groups)):
        if isinstance(value, Unknown):
            return unknown(value, f"{path}.{name}")
    return PASS
