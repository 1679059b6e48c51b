"""GuardDuty looks at network activity of functions."""

from bastide.controls.control import control
from bastide.controls.guardduty.features import require_feature
from bastide.model import Resource, Verdict


@control(
    title="GuardDuty watches Lambda network activity",
    resource_type="AWS::GuardDuty::Detector",
    severity="high",
    maps_to=("FSBP:GuardDuty.6", "NIST-800-53r5:SI-4"),
    source="Amazon GuardDuty User Guide, GuardDuty protection plans",
    remediation="Switch the protection plan on for all members, from the delegated administrator.",
    config_rule="guardduty-lambda-protection-enabled",
)
def guardduty_lambda_protection(detector: Resource) -> Verdict:
    """FAIL when the feature LAMBDA_NETWORK_LOGS is not enabled."""
    return require_feature(detector, "LAMBDA_NETWORK_LOGS")
