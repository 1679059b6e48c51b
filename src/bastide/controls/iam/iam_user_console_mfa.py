"""A user who signs in to the console with a password needs a second factor."""

from bastide.controls.control import control
from bastide.controls.iam.credentials import REPORT, Row, is_true, report_row
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown


@control(
    title="Console users have MFA",
    resource_type="AWS::IAM::User",
    severity="medium",
    maps_to=("FSBP:IAM.5", "CIS-AWS-3.0:1.10", "CIS-AWS-5.0:1.9", "NIST-800-53r5:IA-2(1)", "NIST-800-53r5:IA-2(2)"),
    source="IAM User Guide, AWS Multi-factor authentication in IAM",
    remediation="Have the user register a passkey or authenticator, or take the password away.",
    reads=(REPORT,),
    config_rule="mfa-enabled-for-iam-console-access",
    properties=("LoginProfile", "MFADevices", "UserName"),
)
def iam_user_console_mfa(user: Resource, estate: Estate) -> Verdict:
    """FAIL when there is a password and no MFA device."""
    row = report_row(user, estate)
    if isinstance(row, Unknown) and user.get("LoginProfile") is None and estate.of_type(REPORT):
        return unknown(row, "LoginProfile")  # the user's password, if any, stands in a report that was not read
    password = _first_known(user.get("LoginProfile"), row, "password_enabled")
    if isinstance(password, Unknown):
        return unknown(password, "LoginProfile")
    if not password:
        return PASS
    device = _first_known(user.get("MFADevices"), row, "mfa_active")
    if isinstance(device, Unknown):
        return unknown(device, "MFADevices")
    return PASS if device else fail("the user has a password and no MFA device", "MFADevices")


def _first_known(own: Value, row: Row | Unknown, column: str) -> bool | Unknown:
    """What the user itself says (a login profile is an object, devices are a list), else the report."""
    if isinstance(own, list):
        return bool(own)
    if own is not None and not isinstance(own, Unknown):
        return True
    if not isinstance(row, Unknown):
        return is_true(row.get(column))
    # A user that was read without a login profile has none; devices are not part of the registry's shape.
    return False if own is None and column == "password_enabled" else (row if own is None else own)
