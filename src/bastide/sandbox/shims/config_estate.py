"""AWS Config: the resources that rules of an account and Region are asked about.

One idea: a rule sees what its account sees there. Trails of other Regions and of the organization stand there as
shadows: they count for the account, and are judged where they belong.
Source: AWS CloudTrail API Reference, DescribeTrails, includeShadowTrails.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bastide.model import Arn, Estate, Resource
from bastide.sandbox.call import Call
from bastide.sandbox.inner import observe

TRAIL = "AWS::CloudTrail::Trail"


def seen_by_rules(call: Call, types: Iterable[str]) -> Estate:
    """The resources of these types in the call's account and Region, and trails that reach into them."""
    wanted = set(types)
    own = observe(call, wanted)
    if TRAIL not in wanted:
        return own
    return replace(own, resources=(*own.resources, *_shadows(call)))


def is_own(call: Call, resource: Resource) -> bool:
    """Whether rules of the call's account and Region judge a resource."""
    return resource.type != TRAIL or (resource.account, resource.region) == (call.account, call.region)


def _shadows(call: Call) -> Iterable[Resource]:
    told = call.invoke("DescribeTrails", {}, service="cloudtrail").get("trailList", [])
    homes = {(Arn.parse(one["TrailARN"]).account, one["HomeRegion"]) for one in told}
    names = {one["TrailARN"] for one in told}
    for account, region in sorted(homes - {(call.account, call.region)}):
        found = observe(call, {TRAIL}, account=account, region=region).resources
        yield from (one for one in found if one.arn in names)
