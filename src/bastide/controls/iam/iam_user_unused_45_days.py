"""No active credential of a user lies unused for more than 45 days.

CIS asks for 45 days where the best practices of Security Hub ask for 90.
"""

from bastide.controls.control import control
from bastide.controls.iam.credentials import REPORT, judge_unused
from bastide.controls.parameter import Parameter
from bastide.model import Estate, Resource, Verdict


@control(
    title="User credentials are used within 45 days",
    resource_type="AWS::IAM::User",
    severity="medium",
    maps_to=("SecurityHub:IAM.22", "CIS-AWS-3.0:1.12", "CIS-AWS-5.0:1.11"),
    source="IAM User Guide, Generate credential reports for your AWS account",
    remediation="Deactivate the password or key that nobody used, then delete it.",
    reads=(REPORT,),
    config_rule="iam-user-unused-credentials-check",
    parameters=(Parameter("maxCredentialUsageAge", "integer", 45, "days that a credential may lie unused"),),
    properties=("UserName",),
)
def iam_user_unused_45_days(user: Resource, estate: Estate, *, max_credential_usage_age: int) -> Verdict:
    """FAIL when a password or an active key was not used for more than 45 days; never used counts since it was made."""
    return judge_unused(user, estate, max_credential_usage_age)
