"""Who may take any role takes every role whose trust delegates to the account."""

from collections.abc import Iterator

from bastide.iam.lint.granted import on_all_roles, reaches
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="sts:AssumeRole on every role",
    severity="security-warning",
    kinds=("identity",),
    source='IAM User Guide, "Grant a user permissions to switch roles"',
    fix="name the roles",
)
def assume_role_on_everything(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """AssumeRole on all roles without any condition; full access is another rule's."""
    full = statement.not_action is not None or any(one in ("*", "*:*") for one in statement.action or ())
    if statement.effect != "Allow" or full or statement.condition:
        return
    if on_all_roles(statement) and reaches(statement, "sts:AssumeRole"):
        yield Hit("the statement allows to take every role that trusts the account", "/Action")
