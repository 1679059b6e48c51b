"""CloudTrail: insight selectors. moto: adds what is put to what was there."""

from __future__ import annotations

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim


@shim("cloudtrail", "PutInsightSelectors")
def put_insight_selectors(call: Call) -> Answer:
    """The selectors replace what was there; none switches insights off."""
    name = call.params["TrailName"].rpartition("/")[2]
    trail = moto.backend("cloudtrail", call.account, call.region).trails.get(name)
    if trail is not None:
        trail.insight_selectors.clear()
    return call.forward()
