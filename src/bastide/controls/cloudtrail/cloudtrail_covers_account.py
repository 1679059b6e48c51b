"""Every account is recorded by a trail: its own, or the one of the organization."""

from bastide.controls.cloudtrail.coverage import TRAIL, judge_trail, trails_for
from bastide.controls.control import ACCOUNT, control
from bastide.model import PASS, Estate, Resource, Status, Verdict, fail, unknown


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
    verdicts = [judge_trail(trail) for trail in trails_for(account.account, estate)]
    if PASS in verdicts:
        return PASS
    for verdict in verdicts:
        if verdict.status is Status.UNKNOWN:
            return unknown(verdict.reason)
    owners = {account.account, estate.organization.management_account if estate.organization else ""}
    for gap in estate.gaps:
        if gap.type == TRAIL and gap.account in owners:
            return unknown(gap.reason)
    return fail(verdicts[0].reason if verdicts else "no trail records the account")
