"""A trust policy names whom it trusts."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="A trust policy takes no NotPrincipal",
    severity="error",
    analyzer="ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
    kinds=("trust",),
    source='IAM User Guide, "AWS JSON policy elements: NotPrincipal": not in role trust policies',
    fix="name the principals that are trusted",
)
def not_principal_in_trust_policy(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """NotPrincipal in a trust policy."""
    if statement.not_principal is not None:
        yield Hit("a trust policy takes no NotPrincipal", "/NotPrincipal")
