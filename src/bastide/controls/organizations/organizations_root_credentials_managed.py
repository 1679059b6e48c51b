"""Root credentials of member accounts are managed centrally, so that members need none."""

from bastide.controls.control import ACCOUNT, control
from bastide.controls.lookup import elements_of
from bastide.model import GLOBAL, PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

FEATURES = "Bastide::IAM::OrganizationsFeatures"
MEMBER = not_applicable("asked of the management account only")


@control(
    title="Root credentials of members are managed centrally",
    resource_type=ACCOUNT,
    severity="medium",
    maps_to=("CIS-AWS-7.0:2.1.1", "NIST-800-53r5:AC-6(2)"),
    source="IAM User Guide, Centralize root access for member accounts",
    remediation="Enable root credentials management for the organization, then remove the credentials of members.",
    reads=(FEATURES,),
)
def organizations_root_credentials_managed(account: Resource, estate: Estate) -> Verdict:
    """FAIL for the management account when the feature is not enabled."""
    if estate.organization is None or estate.organization.management_account != account.account:
        return MEMBER
    found = estate.listed(FEATURES, account.account, GLOBAL)
    if isinstance(found, Unknown):
        return unknown(found)
    enabled = elements_of(found[0].get("EnabledFeatures")) if found else ()
    if isinstance(enabled, Unknown):
        return unknown(enabled)
    on = "RootCredentialsManagement" in enabled
    return PASS if on else fail("root credentials are not managed centrally")
