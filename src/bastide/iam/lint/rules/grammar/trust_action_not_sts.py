"""The only actions on a role are those by which somebody becomes it."""

from collections.abc import Iterator

from bastide.iam.lint.kind import TRUST
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, listed
from bastide.model import Statement


@lint_rule(
    title="A trust policy names an action that is not about taking the role",
    severity="error",
    analyzer="UNSUPPORTED_ACTION_IN_POLICY",
    kinds=("trust",),
    source='AWS STS API Reference, AssumeRole; IAM User Guide, "Role trust policy"',
    fix="write sts:AssumeRole, sts:AssumeRoleWithSAML, sts:AssumeRoleWithWebIdentity, sts:TagSession, …",
)
def trust_action_not_sts(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Actions other than those of STS on roles."""
    for pointer, pattern in listed(statement, "Action"):
        low = pattern.lower()
        if low != "*" and not low.startswith(TRUST) and "*" not in low:
            yield Hit(f"{pattern} is no way to take a role", pointer)
