"""GuardDuty looks at requests to S3 objects."""

from bastide.controls.control import control
from bastide.controls.guardduty.features import require_feature
from bastide.model import Resource, Verdict


@control(
    title="GuardDuty watches requests to S3 objects",
    resource_type="AWS::GuardDuty::Detector",
    severity="high",
    maps_to=("FSBP:GuardDuty.10", "NIST-800-53r5:SI-4"),
    source="Amazon GuardDuty User Guide, GuardDuty protection plans",
    remediation="Switch the protection plan on for all members, from the delegated administrator.",
    config_rule="guardduty-s3-protection-enabled",
)
def guardduty_s3_protection(detector: Resource) -> Verdict:
    """FAIL when the feature S3_DATA_EVENTS is not enabled."""
    return require_feature(detector, "S3_DATA_EVENTS")
