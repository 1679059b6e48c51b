"""GuardDuty looks at audit logs of EKS clusters."""

from bastide.controls.control import control
from bastide.controls.guardduty.plans import judge_plan
from bastide.model import Resource, Verdict


@control(
    title="GuardDuty watches EKS audit logs",
    resource_type="AWS::GuardDuty::Detector",
    severity="high",
    maps_to=("FSBP:GuardDuty.5", "NIST-800-53r5:SI-4"),
    source="AWS Security Hub User Guide, GuardDuty.5; Amazon GuardDuty API Reference, CreateDetector",
    remediation="Switch the protection plan on for all members, from the delegated administrator.",
    config_rule="guardduty-eks-protection-audit-enabled",
    properties=("Enable", "Features", "DataSources"),
)
def guardduty_eks_audit_protection(detector: Resource) -> Verdict:
    """FAIL when the detector is off, or the plan; a template that does not name the plan has it."""
    return judge_plan(detector, "EKS_AUDIT_LOGS", "DataSources.Kubernetes.AuditLogs.Enable")
