"""Requests by long-term access keys do not carry ``aws:MultiFactorAuthPresent``: a Deny by Bool lets them pass."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement

KEY = "aws:multifactorauthpresent"


@lint_rule(
    title="A Deny without MFA does not reach long-term access keys",
    severity="security-warning",
    source='IAM User Guide, "AWS global condition context keys", aws:MultiFactorAuthPresent',
    fix="write BoolIfExists",
)
def mfa_deny_misses_access_keys(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """``Deny`` by ``Bool`` on MFA being false."""
    for test in tests(statement) if statement.effect == "Deny" else ():
        if test.key.lower() == KEY and test.base == "Bool" and not test.if_exists and "false" in _lower(test.values):
            yield Hit(f"{test.key} is absent from requests by access keys: they are not denied", test.pointer)


def _lower(values: tuple[str, ...]) -> list[str]:
    return [value.lower() for value in values]
