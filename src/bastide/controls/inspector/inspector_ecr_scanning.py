"""Inspector looks for known weaknesses in container images."""

from bastide.controls.control import control
from bastide.controls.switches import require_on
from bastide.model import Resource, Verdict


@control(
    title="Inspector scans container images",
    resource_type="Bastide::Inspector2::AccountStatus",
    severity="high",
    maps_to=("FSBP:Inspector.2", "NIST-800-53r5:RA-5"),
    source="Amazon Inspector User Guide, Managing multiple accounts in Amazon Inspector with AWS Organizations",
    remediation="Let the delegated administrator enable the scan for all members, in each region.",
    heal={"Ecr": True},
    config_rule="inspector-ecr-scan-enabled",
)
def inspector_ecr_scanning(status: Resource) -> Verdict:
    """FAIL when container images are not scanned in the region."""
    return require_on(status, "Ecr", "container images are not scanned")
