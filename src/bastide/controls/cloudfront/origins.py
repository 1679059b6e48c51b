"""The origins of a distribution: which are buckets, which are other servers.

The one idea: an origin with neither CustomOriginConfig nor VpcOriginConfig is a bucket; a bucket that serves as a
website is a server like others.

Source: CloudFront API Reference, Origin.
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.lookup import elements_of
from bastide.model import Resource, Unknown, Value

ORIGINS = "DistributionConfig.Origins"
BEHAVIORS = "DistributionConfig.CacheBehaviors"
DEFAULT_BEHAVIOR = "DistributionConfig.DefaultCacheBehavior"


def buckets(distribution: Resource) -> list[tuple[str, Value]] | Unknown:
    """Path and origin of those that are buckets; an origin that is not known stands as its Unknown."""
    found = elements_of(distribution.get(ORIGINS))
    if isinstance(found, Unknown):
        return found
    return [(f"{ORIGINS}.{index}", one) for index, one in enumerate(found) if not _is_server(one)]


def _is_server(origin: Value) -> bool:
    return isinstance(origin, Mapping) and any(
        isinstance(origin.get(name), Mapping) for name in ("CustomOriginConfig", "VpcOriginConfig")
    )


def behaviors(distribution: Resource) -> list[tuple[str, Value]] | Unknown:
    """Path and cache behavior, the default one first."""
    others = elements_of(distribution.get(BEHAVIORS))
    if isinstance(others, Unknown):
        return others
    return [
        (DEFAULT_BEHAVIOR, distribution.get(DEFAULT_BEHAVIOR)),
        *((f"{BEHAVIORS}.{index}", one) for index, one in enumerate(others)),
    ]
