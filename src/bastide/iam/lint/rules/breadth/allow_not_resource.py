"""Allow with NotResource allows on everything that is not listed, what is made tomorrow included."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import GRANTING, Subject
from bastide.model import Statement


@lint_rule(
    title="Allow with NotResource",
    severity="security-warning",
    kinds=GRANTING,
    source='IAM User Guide, "IAM JSON policy elements: NotResource"',
    fix="list the resources in Resource; NotResource does not deny what it lists",
)
def allow_not_resource(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """NotResource in an Allow of a policy that grants."""
    if statement.effect == "Allow" and statement.not_resource is not None:
        yield Hit("the statement allows on every resource but those listed, and denies none", "/NotResource")
