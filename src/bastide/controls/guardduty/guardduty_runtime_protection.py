"""GuardDuty looks at what runs in instances and containers."""

from bastide.controls.control import control
from bastide.controls.guardduty.features import require_feature
from bastide.model import Resource, Verdict


@control(
    title="GuardDuty watches what runs",
    resource_type="AWS::GuardDuty::Detector",
    severity="high",
    maps_to=("FSBP:GuardDuty.11", "NIST-800-53r5:SI-4"),
    source="Amazon GuardDuty User Guide, GuardDuty protection plans",
    remediation="Switch the protection plan on for all members, from the delegated administrator.",
    config_rule="guardduty-runtime-monitoring-enabled",
)
def guardduty_runtime_protection(detector: Resource) -> Verdict:
    """FAIL when the feature RUNTIME_MONITORING is not enabled."""
    return require_feature(detector, "RUNTIME_MONITORING")
