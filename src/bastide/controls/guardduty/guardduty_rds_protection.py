"""GuardDuty looks at sign-ins to databases."""

from bastide.controls.control import control
from bastide.controls.guardduty.features import require_feature
from bastide.model import Resource, Verdict


@control(
    title="GuardDuty watches database sign-ins",
    resource_type="AWS::GuardDuty::Detector",
    severity="high",
    maps_to=("FSBP:GuardDuty.9", "NIST-800-53r5:SI-4"),
    source="Amazon GuardDuty User Guide, GuardDuty protection plans",
    remediation="Switch the protection plan on for all members, from the delegated administrator.",
    config_rule="guardduty-rds-protection-enabled",
)
def guardduty_rds_protection(detector: Resource) -> Verdict:
    """FAIL when the feature RDS_LOGIN_EVENTS is not enabled."""
    return require_feature(detector, "RDS_LOGIN_EVENTS")
