"""Who may pass any role to a service gets what the strongest role in the account may."""

from collections.abc import Iterator

from bastide.iam.lint.granted import on_all_roles, reaches
from bastide.iam.lint.presence import needs_key
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement

ACTION = "iam:PassRole"
KEYS = ("iam:passedtoservice", "iam:associatedresourcearn")


@lint_rule(
    title="iam:PassRole on every role",
    severity="security-warning",
    analyzer="PASS_ROLE_WITH_STAR_IN_RESOURCE",
    kinds=("identity",),
    source='IAM User Guide, "Grant a user permissions to pass a role to an AWS service"',
    fix="name the roles, and the service by iam:PassedToService",
)
def pass_role_on_everything(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """PassRole, by name, wildcard or NotAction, on all roles and to any service."""
    if statement.effect != "Allow" or not reaches(statement, ACTION) or not on_all_roles(statement):
        return
    if not any(test.key.lower() in KEYS and needs_key(test) for test in tests(statement)):
        name = "NotAction" if statement.not_action is not None else "Action"
        yield Hit("the statement allows to pass every role to every service", f"/{name}")
