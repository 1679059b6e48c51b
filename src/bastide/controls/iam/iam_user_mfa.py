"""Every IAM user has a second factor, with a password or without."""

from bastide.controls.control import control
from bastide.controls.iam.credentials import REPORT, is_true, report_row
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

PATH = "MFADevices"


@control(
    title="IAM users have MFA",
    resource_type="AWS::IAM::User",
    severity="medium",
    maps_to=("SecurityHub:IAM.19", "NIST-800-53r5:IA-2(1)", "NIST-800-53r5:IA-2(2)"),
    source="AWS Config Developer Guide, iam-user-mfa-enabled",
    remediation="Have the user register a passkey or authenticator, or replace the user by a role.",
    reads=(REPORT,),
    config_rule="iam-user-mfa-enabled",
    properties=("MFADevices", "UserName"),
)
def iam_user_mfa(user: Resource, estate: Estate) -> Verdict:
    """FAIL when the user has no MFA device."""
    devices = user.get(PATH)
    if isinstance(devices, list):
        return PASS if devices else fail("the user has no MFA device", PATH)
    row = report_row(user, estate)
    if isinstance(row, Unknown):
        return unknown(devices if isinstance(devices, Unknown) else row, PATH)
    return PASS if is_true(row.get("mfa_active")) else fail("the user has no MFA device", PATH)
