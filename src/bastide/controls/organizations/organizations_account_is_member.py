"""An account belongs to an organization, to the one whose management account its owner names."""

from bastide.controls.control import ACCOUNT, control
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Verdict, fail, unknown


@control(
    title="Accounts belong to the organization",
    resource_type=ACCOUNT,
    severity="high",
    maps_to=("Bastide:Organizations.member", "NIST-800-53r5:AC-2", "NIST-800-53r5:CM-2"),
    source="AWS Config Developer Guide, account-part-of-organizations",
    remediation="Invite the account into the organization.",
    config_rule="account-part-of-organizations",
    parameters=(Parameter("MasterAccountId", "string", None, "the management account that is the right one"),),
)
def organizations_account_is_member(account: Resource, estate: Estate, *, master_account_id: str | None) -> Verdict:
    """FAIL when the organization has no such account, or is another one; UNKNOWN where no organization was read."""
    organization = estate.organization
    if organization is None:
        return unknown("whether the account belongs to an organization was not read")
    if account.account not in organization.accounts_by_id and account.account != organization.management_account:
        return fail("the account is not one of the organization")
    if master_account_id and master_account_id != organization.management_account:
        return fail(f"the organization's management account is {organization.management_account}")
    return PASS
