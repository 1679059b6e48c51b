"""Whether a protection plan of GuardDuty is on in a detector."""

from __future__ import annotations

from bastide.model import PASS, Resource, Unknown, Verdict, fail, not_applicable, unknown

DETECTOR = "AWS::GuardDuty::Detector"
OFF = not_applicable("the detector is off, which is another finding")


def require_feature(detector: Resource, name: str) -> Verdict:
    """FAIL when the feature ``name`` is not ENABLED in the detector."""
    if detector.get("Enable") is False:
        return OFF
    features = detector.get("Features")
    if isinstance(features, Unknown):
        return unknown(features, "Features")
    for index, feature in enumerate(features or ()):
        if isinstance(feature, Unknown):
            return unknown(feature, f"Features.{index}")
        if feature.get("Name") == name:
            status = feature.get("Status")
            if isinstance(status, Unknown):
                return unknown(status, f"Features.{index}.Status")
            return PASS if status == "ENABLED" else fail(f"{name} is off", f"Features.{index}.Status")
    return fail(f"{name} is off", "Features")
