"""The root user of an account has no access key."""

from bastide.controls.control import control
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

PATH = "AccountAccessKeysPresent"


@control(
    title="The root user has no access key",
    resource_type="Bastide::IAM::AccountSummary",
    severity="critical",
    maps_to=("FSBP:IAM.4", "CIS-AWS-3.0:1.4", "CIS-AWS-5.0:1.3", "NIST-800-53r5:AC-6(2)"),
    source="IAM User Guide, Root user best practices for your AWS account",
    remediation="Delete the key: as root, or from the management account by a session of central root access.",
    config_rule="iam-root-access-key-check",
    properties=("AccountAccessKeysPresent",),
)
def iam_root_no_access_key(summary: Resource) -> Verdict:
    """FAIL when the account summary counts access keys of the root user."""
    present = summary.get(PATH)
    if present is None or isinstance(present, Unknown):
        return unknown("the account summary does not say" if present is None else present, PATH)
    return fail("the root user has an access key", PATH) if present else PASS
