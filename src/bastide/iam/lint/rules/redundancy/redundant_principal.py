"""Principals beside everybody, or twice."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="A principal is named beside everybody, or twice",
    severity="suggestion",
    analyzer="REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
    source='IAM User Guide, "AWS JSON policy elements: Principal"',
    fix="remove it",
)
def redundant_principal(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Values beside ``*`` under AWS, and repeated ones."""
    for name, found in (("Principal", statement.principal), ("NotPrincipal", statement.not_principal)):
        for kind, values in (found or {}).items():
            place = f"/{name}/{kind}"
            if kind == "AWS" and "*" in values and len(values) > 1:
                yield Hit("* is everybody: the others need no mention", place)
            elif len(set(values)) < len(values):
                yield Hit("a principal is named twice", place)
