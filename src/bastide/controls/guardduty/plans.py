"""Whether a detector has a protection plan on: what it says, else what GuardDuty gives a detector that says nothing.

The one idea: a new detector gets every plan but Runtime Monitoring unless it is told otherwise, so a template that does
not name a plan has it. What was read of a live detector, or stands in an architecture, lists the plans that are on:
there a plan that is not named is off.

Source: Amazon GuardDuty API Reference, CreateDetector, "When you don't specify any features …".
"""

from __future__ import annotations

from bastide.controls.lookup import placer, reader, truth
from bastide.controls.policies import worst
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, unknown

ENABLE, FEATURES = "Enable", "Features"


def judge_plan(detector: Resource, feature: str, older: str = "") -> Verdict:
    """FAIL when the detector is off, or the plan of that feature; ``older`` is the property that said so before."""
    return worst((_enabled(detector), _plan(detector, feature, older)))


def _enabled(detector: Resource) -> Verdict:
    said = detector.get(ENABLE)
    on = True if said is None else truth(said)
    if isinstance(on, Unknown):
        return unknown(on, ENABLE)
    return PASS if on else fail("the detector is off", ENABLE)


def _plan(detector: Resource, feature: str, older: str) -> Verdict:
    path = f"{FEATURES}[Name={feature}].Status"
    said, before = reader(path)(detector.properties), detector.get(older) if older else None
    if said is None and before is None:
        return PASS if _given(detector) else fail(f"{feature} is off", FEATURES)
    told = [] if said is None else [(_status(said), placer(path)(detector.properties))]
    if before is not None:
        # What said so before tells as much, where the features were not read.
        told = ([] if isinstance(said, Unknown) else told) + [(truth(before), older)]
    if any(on is True for on, _ in told):
        return PASS
    gap = next(((on, place) for on, place in told if isinstance(on, Unknown)), None)
    return fail(f"{feature} is off", told[0][1]) if gap is None else unknown(*gap)


def _given(detector: Resource) -> bool:
    """The detector is yet to be made, and has what it does not name."""
    source = detector.origin.source
    return source == "template" or (source == "declared" and detector.get(FEATURES) is None)


def _status(value: Value) -> bool | Unknown:
    return value if isinstance(value, Unknown) else value == "ENABLED"
