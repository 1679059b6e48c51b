"""GuardDuty looks at requests to S3 objects."""

from bastide.controls.control import control
from bastide.controls.guardduty.plans import judge_plan
from bastide.model import Resource, Verdict


@control(
    title="GuardDuty watches requests to S3 objects",
    resource_type="AWS::GuardDuty::Detector",
    severity="high",
    maps_to=("FSBP:GuardDuty.10", "NIST-800-53r5:SI-4"),
    source="AWS Security Hub User Guide, GuardDuty.10; Amazon GuardDuty API Reference, CreateDetector",
    remediation="Switch the protection plan on for all members, from the delegated administrator.",
    config_rule="guardduty-s3-protection-enabled",
    properties=("Enable", "Features", "DataSources"),
)
def guardduty_s3_protection(detector: Resource) -> Verdict:
    """FAIL when the detector is off, or the plan; a template that does not name the plan has it."""
    return judge_plan(detector, "S3_DATA_EVENTS", "DataSources.S3Logs.Enable")
