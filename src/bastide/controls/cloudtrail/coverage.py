"""Whether a trail records what has to be recorded: management events, read and write, in every region, now.

Source: AWS CloudTrail User Guide, "Logging management events"; AWS Security Hub User Guide, "AWS CloudTrail controls".
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown
from bastide.model.unknown import unknowns_in

TRAIL = "AWS::CloudTrail::Trail"
BOTH = frozenset({"ReadOnly", "WriteOnly"})


def trails_for(account: str, estate: Estate) -> tuple[Resource, ...]:
    """The account's own trails, and the trails of the organization."""
    return tuple(
        trail for trail in estate.of_type(TRAIL) if trail.account == account or trail.get("IsOrganizationTrail") is True
    )


def judge_trail(trail: Resource) -> Verdict:
    """FAIL when the trail is of one region, does not log, or leaves out management events."""
    for path, otherwise in (("IsMultiRegionTrail", "is of one region only"), ("IsLogging", "does not log")):
        value = trail.get(path)
        if isinstance(value, Unknown):
            return unknown(value, path)
        if not is_on(value):
            return fail(f"trail {trail.id} {otherwise}", path)
    return judge_management_events(trail)


def judge_management_events(trail: Resource) -> Verdict:
    """FAIL when the trail's selectors leave out management events, read or write."""
    advanced, basic = trail.get("AdvancedEventSelectors"), trail.get("EventSelectors")
    path = "AdvancedEventSelectors" if advanced else "EventSelectors"
    selectors = trail.get(path)
    gaps = unknowns_in(selectors)
    if gaps:
        return unknown(gaps[0], path)
    if not selectors:
        return PASS  # a trail without selectors logs all management events
    kinds: set[str] = set()
    for selector in selectors:
        kinds |= _advanced(selector) if path.startswith("Advanced") else _basic(selector)
    if kinds >= BOTH:
        return PASS
    return fail(f"trail {trail.id} leaves out management events", path if basic or advanced else "")


def _basic(selector: Mapping[str, Value]) -> frozenset[str]:
    if not is_on(selector.get("IncludeManagementEvents", True)):
        return frozenset()
    kind = selector.get("ReadWriteType", "All")
    return BOTH if kind == "All" else frozenset({str(kind)})


def _advanced(selector: Mapping[str, Value]) -> frozenset[str]:
    """What an advanced selector takes in; one with a narrower field than ``readOnly`` takes in nothing whole."""
    fields = {str(field["Field"]): field for field in selector.get("FieldSelectors", ())}
    if "Management" not in fields.get("eventCategory", {}).get("Equals", ()):
        return frozenset()
    narrow = [name for name, field in fields.items() if name not in ("eventCategory", "readOnly") and "Equals" in field]
    if narrow:
        return frozenset()
    said = [str(value).lower() for value in fields.get("readOnly", {}).get("Equals", ())]
    return BOTH if not said else frozenset("ReadOnly" if value == "true" else "WriteOnly" for value in said)
