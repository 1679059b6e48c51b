"""GuardDuty looks at sign-ins to databases."""

from bastide.controls.control import control
from bastide.controls.guardduty.plans import judge_plan
from bastide.model import Resource, Verdict


@control(
    title="GuardDuty watches database sign-ins",
    resource_type="AWS::GuardDuty::Detector",
    severity="high",
    maps_to=("FSBP:GuardDuty.9", "NIST-800-53r5:SI-4"),
    source="AWS Security Hub User Guide, GuardDuty.9; Amazon GuardDuty API Reference, CreateDetector",
    remediation="Switch the protection plan on for all members, from the delegated administrator.",
    config_rule="guardduty-rds-protection-enabled",
    properties=("Enable", "Features"),
)
def guardduty_rds_protection(detector: Resource) -> Verdict:
    """FAIL when the detector is off, or the plan; a template that does not name the plan has it."""
    return judge_plan(detector, "RDS_LOGIN_EVENTS")
