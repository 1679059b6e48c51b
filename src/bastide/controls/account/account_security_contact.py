"""AWS knows whom to tell of trouble with the security of an account."""

from bastide.controls.control import ACCOUNT, control
from bastide.model import GLOBAL, PASS, Estate, Resource, Unknown, Verdict, fail, unknown

CONTACT = "Bastide::Account::AlternateContact"


@control(
    title="Accounts have a security contact",
    resource_type=ACCOUNT,
    severity="medium",
    maps_to=("FSBP:Account.1", "CIS-AWS-3.0:1.2", "CIS-AWS-5.0:1.2", "NIST-800-53r5:CM-2", "NIST-800-53r5:IR-6"),
    source="AWS Account Management Guide, Update the alternate contacts for your AWS account",
    remediation="Set the alternate contact for security to a mailbox that a team reads.",
    reads=(CONTACT,),
    config_rule="security-account-information-provided",
)
def account_security_contact(account: Resource, estate: Estate) -> Verdict:
    """FAIL when no alternate contact of type SECURITY is set."""
    contacts = estate.listed(CONTACT, account.account, GLOBAL)
    if isinstance(contacts, Unknown):
        return unknown(contacts)
    for contact in contacts:
        kind = contact.get("AlternateContactType")
        if isinstance(kind, Unknown):
            return unknown(kind)
        if kind == "SECURITY":
            return PASS
    return fail("there is no contact for security")
