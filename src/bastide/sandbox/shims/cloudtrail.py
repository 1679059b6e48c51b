"""CloudTrail: insight selectors. moto: adds instead of replacing, and says that no trail has any."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError


def _trail(call: Call, name: str) -> Any:
    """moto's trail of that name or ARN; None when there is none."""
    trails = moto.backend("cloudtrail", call.account, call.region).trails
    return trails.get(name.rpartition("/")[2])


@shim("cloudtrail", "PutInsightSelectors")
def put_insight_selectors(call: Call) -> Answer:
    """The selectors replace what was there; none switches insights off."""
    trail = _trail(call, call.params["TrailName"])
    if trail is not None:
        trail.insight_selectors.clear()
    return call.forward()


@shim("cloudtrail", "GetInsightSelectors")
def get_insight_selectors(call: Call) -> Answer:
    """Refused where insights are off. Source: AWS CloudTrail API Reference, GetInsightSelectors."""
    response = call.forward()
    if not call.result(response).get("InsightSelectors"):
        raise AwsError("InsightNotEnabledException", "The trail has no insight selectors.")
    return response


@shim("cloudtrail", "DescribeTrails", "GetTrail")
def describe_trails(call: Call) -> Answer:
    """Whether a trail has insight selectors, told as it is."""
    result = call.result(call.forward())
    for described in [result["Trail"]] if "Trail" in result else result["trailList"]:
        trail = _trail(call, described["TrailARN"])
        described["HasInsightSelectors"] = bool(trail and trail.insight_selectors)
    return result
