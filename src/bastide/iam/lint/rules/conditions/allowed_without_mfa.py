"""An Allow for those who have not shown a second factor is hardly meant."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement


@lint_rule(
    title="An Allow asks for MFA to be absent",
    severity="security-warning",
    source='IAM User Guide, "AWS global condition context keys", aws:MultiFactorAuthPresent',
    fix='write "true" to require MFA',
)
def allowed_without_mfa(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """``Allow`` by MFA being false."""
    for test in tests(statement) if statement.effect == "Allow" else ():
        lowered = [value.lower() for value in test.values]
        if test.key.lower() == "aws:multifactorauthpresent" and test.base == "Bool" and lowered == ["false"]:
            yield Hit("the statement allows only where no second factor was shown", test.pointer)
