"""Security Hub collects the findings of every region."""

from bastide.controls.control import ACCOUNT_REGION, control
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

HUB = "AWS::SecurityHub::Hub"


@control(
    title="Security Hub is on in every region",
    resource_type=ACCOUNT_REGION,
    severity="medium",
    maps_to=("CIS-AWS-3.0:4.16", "CIS-AWS-5.0:4.16", "NIST-800-53r5:CA-7", "NIST-800-53r5:SI-4"),
    source="AWS Security Hub User Guide, Managing administrator and member accounts with AWS Organizations",
    remediation="Let the delegated administrator enable Security Hub for all members, in each region.",
    reads=(HUB,),
    config_rule="securityhub-enabled",
)
def securityhub_enabled(region: Resource, estate: Estate) -> Verdict:
    """FAIL when the region has no hub."""
    hubs = estate.listed(HUB, region.account, region.region)
    if isinstance(hubs, Unknown):
        return unknown(hubs)
    return PASS if hubs else fail("Security Hub is off")
