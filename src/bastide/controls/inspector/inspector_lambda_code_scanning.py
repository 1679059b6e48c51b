"""Inspector looks for known weaknesses in code of Lambda functions."""

from bastide.controls.control import control
from bastide.controls.switches import require_on
from bastide.model import Resource, Verdict


@control(
    title="Inspector scans code of Lambda functions",
    resource_type="Bastide::Inspector2::AccountStatus",
    severity="high",
    maps_to=("FSBP:Inspector.3", "NIST-800-53r5:RA-5"),
    source="Amazon Inspector User Guide, Managing multiple accounts in Amazon Inspector with AWS Organizations",
    remediation="Let the delegated administrator enable the scan for all members, in each region.",
    heal={"Lambda": True, "LambdaCode": True},
    config_rule="inspector-lambda-code-scan-enabled",
)
def inspector_lambda_code_scanning(status: Resource) -> Verdict:
    """FAIL when code of Lambda functions are not scanned in the region."""
    return require_on(status, "LambdaCode", "code of Lambda functions are not scanned")
