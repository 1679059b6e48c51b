"""What an Allow reaches: which actions, on everything or on something.

The one idea: a statement reaches an action when one of its patterns matches it, or when NotAction leaves it in.
"""

from __future__ import annotations

from bastide.iam.lint.arns import parts
from bastide.iam.lint.globs import within
from bastide.model import Statement

EVERYTHING = ("*", "arn:*", "arn:aws:*", "arn:*:*", "arn:*:*:*:*:*", "arn:aws:*:*:*:*")


def reaches(statement: Statement, action: str) -> bool:
    """Whether the statement is about the action, given in full."""
    low = action.lower()
    if statement.not_action is not None:
        return not any(within(low, pattern.lower()) for pattern in statement.not_action)
    return any(within(low, pattern.lower()) for pattern in statement.action or ())


def on_everything(statement: Statement, form: str = "") -> bool:
    """Whether it is about every resource, or all of the ARN pattern ``form``; NotResource counts as everything."""
    if statement.not_resource is not None:
        return True
    return any(value in EVERYTHING or (form and within(form, value)) for value in statement.resource or ())


def on_all_roles(statement: Statement) -> bool:
    """Whether it is about every role, of one account or of all."""
    found = (parts(value) for value in statement.resource or ())
    all_roles = any(one and one.part(2) == "iam" and one.part(5) in ("*", "role*", "role/*") for one in found)
    return all_roles or on_everything(statement)
