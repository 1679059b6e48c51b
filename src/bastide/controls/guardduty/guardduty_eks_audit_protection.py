"""GuardDuty looks at audit logs of EKS clusters."""

from bastide.controls.control import control
from bastide.controls.guardduty.features import require_feature
from bastide.model import Resource, Verdict


@control(
    title="GuardDuty watches EKS audit logs",
    resource_type="AWS::GuardDuty::Detector",
    severity="high",
    maps_to=("FSBP:GuardDuty.5", "NIST-800-53r5:SI-4"),
    source="Amazon GuardDuty User Guide, GuardDuty protection plans",
    remediation="Switch the protection plan on for all members, from the delegated administrator.",
    config_rule="guardduty-eks-protection-audit-enabled",
)
def guardduty_eks_audit_protection(detector: Resource) -> Verdict:
    """FAIL when the feature EKS_AUDIT_LOGS is not enabled."""
    return require_feature(detector, "EKS_AUDIT_LOGS")
