"""Every action on every resource, without condition: an administrator."""

from collections.abc import Iterator

from bastide.iam.lint.granted import on_everything
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="An Allow of every action on every resource",
    severity="security-warning",
    kinds=("identity",),
    source='IAM User Guide, "Security best practices in IAM", Apply least-privilege permissions',
    fix="list the actions that are needed",
)
def full_access(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """``Action: *`` on ``Resource: *``."""
    star = any(one in ("*", "*:*") for one in statement.action or ())
    if statement.effect == "Allow" and star and on_everything(statement):
        yield Hit("every action on every resource", "/Action")
