"""Policies attached to identities and SCPs are about whoever they are attached to."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import KINDS, WITH_PRINCIPAL, Subject
from bastide.model import Statement


@lint_rule(
    title="A policy of this kind takes no principal",
    severity="error",
    analyzer="UNSUPPORTED_PRINCIPAL",
    kinds=(kind for kind in KINDS if kind not in WITH_PRINCIPAL),
    source='IAM User Guide, "AWS JSON policy elements: Principal"; Organizations User Guide, "SCP syntax"',
    fix="remove it; to except principals, use a condition on aws:PrincipalArn",
)
def principal_not_allowed(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Principal and NotPrincipal in identity, boundary, session and service control policies."""
    for name, found in (("Principal", statement.principal), ("NotPrincipal", statement.not_principal)):
        if found is not None:
            yield Hit(f"a policy of kind {subject.kind} takes no {name}", f"/{name}")
