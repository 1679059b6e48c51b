"""A user has one active access key at most, but while it is being rotated."""

from bastide.controls.control import control
from bastide.controls.iam.credentials import REPORT, active_keys
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown


@control(
    title="Users have one active access key at most",
    resource_type="AWS::IAM::User",
    severity="low",
    maps_to=("CIS-AWS-3.0:1.13", "CIS-AWS-5.0:1.12", "NIST-800-53r5:AC-2(1)"),
    source="IAM User Guide, Generate credential reports for your AWS account",
    remediation="Deactivate the key that was not used last, then delete it.",
    reads=(REPORT,),
    properties=("AccessKeys", "UserName"),
)
def iam_user_single_active_key(user: Resource, estate: Estate) -> Verdict:
    """FAIL when both access keys of a user are active."""
    keys = active_keys(user, estate)
    if isinstance(keys, Unknown):
        return unknown(keys, "AccessKeys")
    return fail(f"{len(keys)} access keys are active", "AccessKeys") if len(keys) > 1 else PASS
