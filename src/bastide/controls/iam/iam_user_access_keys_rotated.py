"""No active access key is older than 90 days."""

from bastide.controls.control import control
from bastide.controls.iam.credentials import REPORT, judge_key_age
from bastide.controls.parameter import Parameter
from bastide.model import Estate, Resource, Verdict


@control(
    title="Access keys are rotated within 90 days",
    resource_type="AWS::IAM::User",
    severity="medium",
    maps_to=("FSBP:IAM.3", "CIS-AWS-3.0:1.14", "CIS-AWS-5.0:1.13", "NIST-800-53r5:AC-2(1)"),
    source="IAM User Guide, Generate credential reports for your AWS account",
    remediation="Make a new key, move what uses the old one, then delete it; a role needs no key at all.",
    reads=(REPORT,),
    config_rule="access-keys-rotated",
    parameters=(Parameter("maxAccessKeyAge", "integer", 90, "days that an active key may be old"),),
    properties=("AccessKeys", "UserName"),
)
def iam_user_access_keys_rotated(user: Resource, estate: Estate, *, max_access_key_age: int) -> Verdict:
    """FAIL when an active key is older on the day that the estate was read."""
    return judge_key_age(user, estate, max_access_key_age)
