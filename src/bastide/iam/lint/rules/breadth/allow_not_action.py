"""Allow with NotAction allows every action that is not listed, those of services to come included."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import GRANTING, Subject
from bastide.model import Statement


@lint_rule(
    title="Allow with NotAction",
    severity="security-warning",
    kinds=GRANTING,
    source='IAM User Guide, "IAM JSON policy elements: NotAction"; in an SCP it restricts nothing by itself and passes',
    fix="list the actions in Action; NotAction does not deny what it lists",
)
def allow_not_action(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """NotAction in an Allow of a policy that grants."""
    if statement.effect == "Allow" and statement.not_action is not None:
        yield Hit("the statement allows every action but those listed, and denies none", "/NotAction")
