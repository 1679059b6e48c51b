"""Users and roles take a role by AssumeRole, identity providers by AssumeRoleWithSAML or …WithWebIdentity."""

from collections.abc import Iterator

from bastide.iam.lint.federation import SAML
from bastide.iam.lint.globs import within
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, opaque, principals
from bastide.model import Statement

PLAIN, BY_SAML, BY_WEB = "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"
TAKING = frozenset({PLAIN, BY_SAML, BY_WEB})


@lint_rule(
    title="The principal of a trust cannot take the role by this action",
    severity="error",
    analyzer="MISMATCHED_ACTION_FOR_PRINCIPAL",
    kinds=("trust",),
    source="AWS STS API Reference, AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity",
    fix="write the action of the principal's type",
)
def trust_action_does_not_fit(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Principals for whom none of the statement's ways to take a role is open."""
    ways = {way for way in TAKING for pattern in statement.action or () if within(way, pattern.lower())}
    if not ways or statement.effect != "Allow":
        return
    for pointer, kind, value in principals(statement):
        need = (BY_SAML if SAML in value else BY_WEB) if kind == "Federated" else PLAIN
        if need not in ways and not opaque(value) and kind != "*":
            yield Hit(f"{value} takes roles by {need}", pointer)
