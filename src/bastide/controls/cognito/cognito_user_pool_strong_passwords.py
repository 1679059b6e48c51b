"""Passwords of a user pool are strong.

A pool without a policy gets Cognito's: 8 characters of all kinds, 7 days for the first password. A policy that leaves a
kind of character out does not ask for it.
"""

from collections.abc import Mapping

from bastide.controls.control import control
from bastide.controls.lookup import number, truth
from bastide.controls.parameter import Parameter
from bastide.controls.policies import worst
from bastide.model import PASS, Resource, Unknown, Value, Verdict, fail, unknown

PATH = "Policies.PasswordPolicy"
KINDS = ("Symbols", "Numbers", "Uppercase", "Lowercase")
# Source: Amazon Cognito API Reference, CreateUserPool, the policy of a pool that is made without one.
GIVEN: Mapping[str, Value] = {
    "MinimumLength": 8,
    **dict.fromkeys((f"Require{kind}" for kind in KINDS), True),
    "TemporaryPasswordValidityDays": 7,
}


@control(
    title="Passwords of user pools are strong",
    resource_type="AWS::Cognito::UserPool",
    severity="medium",
    maps_to=("FSBP:Cognito.3", "NIST-800-53r5:IA-5(1)"),
    source="AWS Config Developer Guide, cognito-user-pool-password-policy-check",
    remediation="Ask for 8 characters or more of all kinds, and for a new password within 7 days.",
    config_rule="cognito-user-pool-password-policy-check",
    parameters=(
        Parameter("minLength", "integer", 8, "the least length"),
        Parameter("requireSymbols", "boolean", True, "whether symbols have to be asked for"),
        Parameter("requireNumbers", "boolean", True, "whether digits have to be asked for"),
        Parameter("requireUppercase", "boolean", True, "whether capitals have to be asked for"),
        Parameter("requireLowercase", "boolean", True, "whether small letters have to be asked for"),
        Parameter("temporaryPasswordValidity", "integer", 7, "days that a first password may live"),
    ),
    properties=("Policies",),
)
def cognito_user_pool_strong_passwords(
    pool: Resource,
    *,
    min_length: int,
    require_symbols: bool,
    require_numbers: bool,
    require_uppercase: bool,
    require_lowercase: bool,
    temporary_password_validity: int,
) -> Verdict:
    """FAIL at the first demand that the policy does not make."""
    policy = pool.get(PATH)
    if isinstance(policy, Unknown):
        return unknown(policy, PATH)
    if policy is not None and not isinstance(policy, Mapping):
        return unknown("not a password policy", PATH)
    own = GIVEN if policy is None else policy
    asked = dict(zip(KINDS, (require_symbols, require_numbers, require_uppercase, require_lowercase), strict=True))
    return worst(
        (
            _number(own, "MinimumLength", 8, min_length, None),
            *(_kind(own, f"Require{kind}") for kind in KINDS if asked[kind]),
            _number(own, "TemporaryPasswordValidityDays", 7, None, temporary_password_validity),
        )
    )


def _number(policy: Mapping[str, Value], name: str, default: int, least: int | None, most: int | None) -> Verdict:
    value = number(policy.get(name, default))
    path = f"{PATH}.{name}"
    if isinstance(value, Unknown):
        return unknown(value, path)
    if least is not None and value < least:
        return fail(f"{name} is less than {least}", path)
    return fail(f"{name} is more than {most}", path) if most is not None and value > most else PASS


def _kind(policy: Mapping[str, Value], name: str) -> Verdict:
    value = truth(policy.get(name, False))
    path = f"{PATH}.{name}"
    if isinstance(value, Unknown):
        return unknown(value, path)
    return PASS if value else fail(f"{name} is off", path)
