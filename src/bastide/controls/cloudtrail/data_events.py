"""Whether a trail records requests to the objects of all S3 buckets, reading ones and writing ones.

The one idea: as for management events, one selector that narrows nothing counts whole; selectors add up.

Source: AWS CloudTrail User Guide, "Logging data events"; AWS Config Developer Guide,
"cloudtrail-s3-dataevents-enabled".
"""

from __future__ import annotations

from collections.abc import Mapping

from bastide.controls.cloudtrail.coverage import BOTH, KINDS, NEGATED, TRAIL, trails_for
from bastide.controls.lookup import elements_of
from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown
from bastide.model.unknown import unknowns_in

S3_OBJECT = "AWS::S3::Object"
ALL_BUCKETS = frozenset({"arn:aws:s3", "arn:aws:s3:::", "arn:aws-cn:s3:::", "arn:aws-us-gov:s3:::"})
KIND_NAMES = {"ReadOnly": "reading", "WriteOnly": "writing"}


def judge_object_events(account: Resource, estate: Estate, wanted: frozenset[str], *, everywhere: bool) -> Verdict:
    """FAIL when no trail that logs records the ``wanted`` requests; ``everywhere`` asks for one of all regions."""
    doubt: Unknown | None = None
    for trail in trails_for(account.account, estate):
        recorded = _recorded(trail, everywhere)
        if isinstance(recorded, Unknown):
            doubt = recorded if doubt is None else doubt
        elif wanted <= recorded:
            return PASS
    owners = {account.account, estate.organization.management_account if estate.organization else ""}
    gaps = [Unknown(gap.reason) for gap in estate.gaps if gap.type == TRAIL and gap.account in owners]
    if doubt is not None or gaps:
        return unknown(doubt if doubt is not None else gaps[0])
    kinds = " and ".join(KIND_NAMES[kind] for kind in sorted(wanted))
    return fail(f"no trail records {kinds} requests to the objects of all buckets")


def _recorded(trail: Resource, everywhere: bool) -> frozenset[str] | Unknown:
    """What a trail records of requests to all objects; nothing when it does not log, or is of one region only."""
    for path in ("IsLogging", "IsMultiRegionTrail") if everywhere else ("IsLogging",):
        value = trail.get(path)
        if isinstance(value, Unknown):
            return value
        if not is_on(value):
            return frozenset()
    found: frozenset[str] = frozenset()
    for path, read in (("EventSelectors", _basic), ("AdvancedEventSelectors", _advanced)):
        selectors = elements_of(trail.get(path))
        if isinstance(selectors, Unknown):
            return selectors
        gaps = unknowns_in(selectors)
        if gaps:
            return gaps[0]
        found |= frozenset().union(*(read(one) for one in selectors if isinstance(one, Mapping)))
    return found


def _basic(selector: Mapping[str, Value]) -> frozenset[str]:
    resources = elements_of(selector.get("DataResources"))
    named = (
        value
        for one in (() if isinstance(resources, Unknown) else resources)
        if isinstance(one, Mapping) and one.get("Type") == S3_OBJECT
        for value in _texts(one.get("Values"))
    )
    if ALL_BUCKETS.isdisjoint(named):
        return frozenset()
    kind = selector.get("ReadWriteType", "All")
    return BOTH if kind == "All" else frozenset({str(kind)})


def _advanced(selector: Mapping[str, Value]) -> frozenset[str]:
    listed = elements_of(selector.get("FieldSelectors"))
    fields = {
        str(field.get("Field")): field
        for field in (() if isinstance(listed, Unknown) else listed)
        if isinstance(field, Mapping)
    }
    category, kind = fields.pop("eventCategory", {}), fields.pop("resources.type", {})
    read_only = fields.pop("readOnly", {})
    if fields or "Data" not in _texts(category.get("Equals")) or S3_OBJECT not in _texts(kind.get("Equals")):
        return frozenset()
    said = {value.lower() for value in _texts(read_only.get("Equals"))}
    said |= {NEGATED.get(value.lower(), "") for value in _texts(read_only.get("NotEquals"))}
    return frozenset(KINDS[value] for value in said if value in KINDS) if read_only else BOTH


def _texts(value: Value) -> tuple[str, ...]:
    items = elements_of(value)
    return () if isinstance(items, Unknown) else tuple(map(str, items))
