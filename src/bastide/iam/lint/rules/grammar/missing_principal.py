"""Policies of something that others use say who may."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import WITH_PRINCIPAL, Subject
from bastide.model import Statement


@lint_rule(
    title="A statement of a resource-based policy has no principal",
    severity="error",
    analyzer="MISSING_PRINCIPAL",
    kinds=WITH_PRINCIPAL,
    source='IAM User Guide, "AWS JSON policy elements: Principal"',
    fix='add "Principal"',
)
def missing_principal(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Statements with neither Principal nor NotPrincipal."""
    if statement.principal is None and statement.not_principal is None:
        yield Hit("the statement has no Principal")
