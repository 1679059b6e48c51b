"""At least one trail records something of an account, its own or the organization's."""

from bastide.controls.cloudtrail.coverage import TRAIL, owners, trails_for
from bastide.controls.control import ACCOUNT, control
from bastide.controls.switches import is_on
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown


@control(
    title="Accounts have a trail that logs",
    resource_type=ACCOUNT,
    severity="high",
    maps_to=("SecurityHub:CloudTrail.3", "NIST-800-53r5:AU-12", "NIST-800-53r5:AU-2"),
    source="AWS Config Developer Guide, cloudtrail-enabled; AWS Security Hub User Guide, CloudTrail.3",
    remediation="Create an organization trail of all regions, and start logging.",
    reads=(TRAIL,),
    config_rule="cloudtrail-enabled",
)
def cloudtrail_records_account(account: Resource, estate: Estate) -> Verdict:
    """FAIL when no trail of the account or the organization logs."""
    logging = [trail.get("IsLogging") for trail in trails_for(account.account, estate)]
    if any(is_on(state) for state in logging if not isinstance(state, Unknown)):
        return PASS
    places = owners(account, estate)
    gaps = [Unknown(gap.reason) for gap in estate.gaps if gap.type == TRAIL and gap.account in places]
    doubts = [state for state in logging if isinstance(state, Unknown)] + gaps
    return unknown(doubts[0]) if doubts else fail("no trail that logs records the account")
