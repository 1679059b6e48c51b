"""Macie looks for sensitive data in the buckets of every region."""

from bastide.controls.control import ACCOUNT_REGION, control
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

SESSION = "AWS::Macie::Session"


@control(
    title="Macie is on in every region",
    resource_type=ACCOUNT_REGION,
    severity="medium",
    maps_to=("FSBP:Macie.1", "CIS-AWS-3.0:2.1.3", "CIS-AWS-5.0:2.1.3", "NIST-800-53r5:RA-5", "NIST-800-53r5:SI-4"),
    source="Amazon Macie User Guide, Managing accounts with AWS Organizations",
    remediation="Let the delegated administrator enable Macie for all members, in each region.",
    reads=(SESSION,),
    config_rule="macie-status-check",
)
def macie_enabled(region: Resource, estate: Estate) -> Verdict:
    """FAIL when the region has no session, or it is paused."""
    sessions = estate.listed(SESSION, region.account, region.region)
    if isinstance(sessions, Unknown):
        return unknown(sessions)
    if not sessions:
        return fail("Macie is off")
    status = sessions[0].get("Status")
    if isinstance(status, Unknown):
        return unknown(status)
    return PASS if status in ("ENABLED", None) else fail("Macie is paused")
