"""Inspector looks for known weaknesses in instances."""

from bastide.controls.control import control
from bastide.controls.switches import require_on
from bastide.model import Resource, Verdict


@control(
    title="Inspector scans instances",
    resource_type="Bastide::Inspector2::AccountStatus",
    severity="high",
    maps_to=("FSBP:Inspector.1", "NIST-800-53r5:RA-5"),
    source="Amazon Inspector User Guide, Managing multiple accounts in Amazon Inspector with AWS Organizations",
    remediation="Let the delegated administrator enable the scan for all members, in each region.",
    heal={"Ec2": True},
    config_rule="inspector-ec2-scan-enabled",
)
def inspector_ec2_scanning(status: Resource) -> Verdict:
    """FAIL when instances are not scanned in the region."""
    return require_on(status, "Ec2", "instances are not scanned")
