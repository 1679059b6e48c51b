"""An IAM user may not take one of the last 24 passwords again."""

from bastide.controls.control import control
from bastide.controls.lookup import number
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

PATH = "PasswordReusePrevention"
LAST = 24


@control(
    title="The password policy prevents reuse",
    resource_type="Bastide::IAM::AccountPasswordPolicy",
    severity="low",
    maps_to=("SecurityHub:IAM.16", "CIS-AWS-3.0:1.9", "CIS-AWS-5.0:1.8", "NIST-800-53r5:IA-5(1)"),
    source="IAM User Guide, Set an account password policy for IAM users",
    remediation="Set password reuse prevention to 24.",
    heal={PATH: LAST},
    config_rule="iam-password-policy",
    properties=("PasswordReusePrevention",),
)
def iam_password_policy_no_reuse(policy: Resource) -> Verdict:
    """FAIL when fewer than the last 24 passwords are refused."""
    told = policy.get(PATH)
    remembered = number(0 if told is None else told)
    if isinstance(remembered, Unknown):
        return unknown(remembered, PATH)
    return PASS if remembered >= LAST else fail("earlier passwords may be used again", PATH)
