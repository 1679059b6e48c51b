"""Passwords of IAM users are long and of four kinds of characters."""

from bastide.controls.control import control
from bastide.controls.lookup import number
from bastide.controls.switches import require_on
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown

KINDS = ("RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters", "RequireLowercaseCharacters")
LENGTH = 14


@control(
    title="The password policy asks for long passwords of all kinds of characters",
    resource_type="Bastide::IAM::AccountPasswordPolicy",
    severity="medium",
    maps_to=("SecurityHub:IAM.15", "CIS-AWS-3.0:1.8", "CIS-AWS-5.0:1.7", "NIST-800-53r5:IA-5(1)"),
    source="IAM User Guide, Set an account password policy for IAM users",
    remediation="Set a password policy: at least 14 characters, with capitals, small letters, digits and symbols.",
    heal={**dict.fromkeys(KINDS, True), "MinimumPasswordLength": LENGTH},
    config_rule="iam-password-policy",
    properties=(
        "MinimumPasswordLength",
        "RequireLowercaseCharacters",
        "RequireNumbers",
        "RequireSymbols",
        "RequireUppercaseCharacters",
    ),
)
def iam_password_policy_strong(policy: Resource) -> Verdict:
    """FAIL when a password may be shorter than 14 characters or lack a kind of character, or nothing is asked."""
    for kind in KINDS:
        verdict = require_on(policy, kind, f"{kind} is off")
        if verdict is not PASS:
            return verdict
    told = policy.get("MinimumPasswordLength")
    length = number(0 if told is None else told)
    if isinstance(length, Unknown):
        return unknown(length, "MinimumPasswordLength")
    if length < LENGTH:
        return fail(f"passwords of fewer than {LENGTH} characters are allowed", "MinimumPasswordLength")
    return PASS
