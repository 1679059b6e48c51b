"""Whether a trail records what has to be recorded: management events, read and write, in every region, now.

Source: AWS CloudTrail User Guide, "Logging management events"; AWS Security Hub User Guide, "AWS CloudTrail controls".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Resource, Status, Unknown, Value, Verdict, fail, unknown
from bastide.model.unknown import unknowns_in

TRAIL = "AWS::CloudTrail::Trail"
BOTH = frozenset({"ReadOnly", "WriteOnly"})
KINDS = {"true": "ReadOnly", "false": "WriteOnly"}  # by the value of readOnly
NEGATED = {"true": "false", "false": "true"}


def trails_for(account: str, estate: Estate) -> tuple[Resource, ...]:
    """The account's own trails, and the trails of the organization."""
    return tuple(
        trail for trail in estate.of_type(TRAIL) if trail.account == account or is_on(trail.get("IsOrganizationTrail"))
    )


def judge_account(account: Resource, estate: Estate, judge: Callable[[Resource], Verdict]) -> Verdict:
    """PASS when one of the account's or the organization's trails is right; UNKNOWN while one may be."""
    verdicts = [judge(trail) for trail in trails_for(account.account, estate)]
    if PASS in verdicts:
        return PASS
    for verdict in verdicts:
        if verdict.status is Status.UNKNOWN:
            return unknown(verdict.reason)
    for gap in estate.gaps:
        if gap.type == TRAIL and gap.account in owners(account, estate):
            return unknown(gap.reason)
    return fail(verdicts[0].reason if verdicts else "no trail records the account")


def owners(account: Resource, estate: Estate) -> frozenset[str]:
    """The accounts whose trails may record an account: itself and the management account."""
    return frozenset({account.account, estate.organization.management_account if estate.organization else ""})


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
    for name, value in (("AdvancedEventSelectors", advanced), ("EventSelectors", basic)):
        if isinstance(value, Unknown):
            return unknown(value, name)
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
    """What a basic selector takes in; one that leaves out a source of management events takes in nothing whole."""
    if not is_on(selector.get("IncludeManagementEvents", True)) or selector.get("ExcludeManagementEventSources"):
        return frozenset()
    kind = selector.get("ReadWriteType", "All")
    return BOTH if kind == "All" else frozenset({str(kind)})


def _advanced(selector: Mapping[str, Value]) -> frozenset[str]:
    """What an advanced selector takes in; one with a field beside ``readOnly`` takes in nothing whole.

    Any operator on any other field narrows: ``eventSource NotEquals kms.amazonaws.com`` leaves the keys' events out.
    """
    fields = {str(field["Field"]): field for field in selector.get("FieldSelectors", ())}
    if "Management" not in fields.pop("eventCategory", {}).get("Equals", ()):
        return frozenset()
    read_only = fields.pop("readOnly", {})
    if fields:
        return frozenset()
    said = {str(value).lower() for value in read_only.get("Equals", ())}
    said |= {NEGATED.get(str(value).lower(), "") for value in read_only.get("NotEquals", ())}
    return frozenset(KINDS[value] for value in said if value in KINDS) if read_only else BOTH
