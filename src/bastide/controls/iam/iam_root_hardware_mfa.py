"""The root user's second factor is a device of its own: a key or token, not an app whose secret can be copied."""

from bastide.controls.control import control
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

MFA, VIRTUAL = "AccountMFAEnabled", "RootVirtualMFA"


@control(
    title="The root user has hardware MFA",
    resource_type="Bastide::IAM::AccountSummary",
    severity="critical",
    maps_to=("FSBP:IAM.6", "CIS-AWS-3.0:1.6", "CIS-AWS-5.0:1.5", "NIST-800-53r5:IA-2(1)", "NIST-800-53r5:IA-2(6)"),
    source="AWS Config Developer Guide, root-account-hardware-mfa-enabled; IAM API Reference, ListVirtualMFADevices",
    remediation="Register a security key for the root user and remove the app, or remove its credentials altogether.",
    config_rule="root-account-hardware-mfa-enabled",
    properties=("AccountAccessKeysPresent", "AccountMFAEnabled", "AccountPasswordPresent", "RootVirtualMFA"),
)
def iam_root_hardware_mfa(summary: Resource) -> Verdict:
    """FAIL when the root user has no MFA or a virtual one; PASS when its credentials were removed."""
    if summary.get("AccountPasswordPresent") in (False, 0) and summary.get("AccountAccessKeysPresent") in (False, 0):
        return PASS  # Source: AWS Security Hub User Guide, IAM.6: passed when there are no root credentials
    for path, wrong, otherwise in (
        (MFA, (False, 0), "the root user has no MFA"),
        (VIRTUAL, (True, 1), "the root user's MFA is an app"),
    ):
        value = summary.get(path)
        if value is None or isinstance(value, Unknown):
            return unknown("what MFA the root user has was not read" if value is None else value, path)
        if value in wrong:
            return fail(otherwise, path)
    return PASS
