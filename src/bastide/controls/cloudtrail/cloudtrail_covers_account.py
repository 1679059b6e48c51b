"""Every account is recorded by a trail: its own, or the one of the organization."""

from bastide.controls.cloudtrail.coverage import TRAIL, judge_account, judge_trail
from bastide.controls.control import ACCOUNT, control
from bastide.model import Estate, Resource, Verdict


@control(
    title="Accounts are covered by a multi-region trail that logs",
    resource_type=ACCOUNT,
    severity="high",
    maps_to=("FSBP:CloudTrail.1", "CIS-AWS-3.0:3.1", "CIS-AWS-5.0:3.1", "NIST-800-53r5:AU-12", "NIST-800-53r5:AU-2"),
    source="AWS CloudTrail User Guide, Creating a trail for an organization",
    remediation="Create an organization trail of all regions with management events, and start logging.",
    reads=(TRAIL,),
    config_rule="multi-region-cloudtrail-enabled",
)
def cloudtrail_covers_account(account: Resource, estate: Estate) -> Verdict:
    """FAIL when no trail of the account or the organization logs all management events of all regions."""
    return judge_account(account, estate, judge_trail)
