"""A principal is named whole, or it is ``*``."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import PLACEHOLDER, Subject, principals
from bastide.model import Statement


@lint_rule(
    title="A principal holds a wildcard",
    severity="error",
    analyzer="UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
    source='IAM User Guide, "AWS JSON policy elements: Principal": no wildcard for a part of a name',
    fix="name the account and add a condition with ArnLike on aws:PrincipalArn",
)
def wildcard_in_principal(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Wildcards beside other characters."""
    for pointer, _, value in principals(statement):
        plain = PLACEHOLDER.sub("", value)
        if value != "*" and ("*" in plain or "?" in plain):
            yield Hit(f"{value}: a wildcard does not stand for a part of a principal", pointer)
