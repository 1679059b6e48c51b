"""The root user of an account has MFA, or no credentials at all."""

from bastide.controls.control import control
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

PATH = "AccountMFAEnabled"


@control(
    title="The root user has MFA",
    resource_type="Bastide::IAM::AccountSummary",
    severity="critical",
    maps_to=("SecurityHub:IAM.9", "CIS-AWS-3.0:1.5", "CIS-AWS-5.0:1.4", "NIST-800-53r5:IA-2(1)"),
    source="IAM User Guide, Multi-factor authentication for AWS account root user",
    remediation="Register a passkey for the root user, or remove its credentials by central root access.",
    config_rule="root-account-mfa-enabled",
    properties=("AccountAccessKeysPresent", "AccountMFAEnabled", "AccountPasswordPresent"),
)
def iam_root_mfa(summary: Resource) -> Verdict:
    """FAIL when the root user has a password and no MFA; PASS when its credentials were removed."""
    if summary.get("AccountPasswordPresent") in (False, 0) and summary.get("AccountAccessKeysPresent") in (False, 0):
        return PASS  # Source: AWS Security Hub User Guide, IAM.9: passed when there are no root credentials
    enabled = summary.get(PATH)
    if enabled is None or isinstance(enabled, Unknown):
        return unknown("the account summary does not say" if enabled is None else enabled, PATH)
    return PASS if enabled else fail("the root user has no MFA", PATH)
