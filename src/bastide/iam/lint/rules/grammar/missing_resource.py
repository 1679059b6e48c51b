"""Every kind of policy but a role's trust says which resources it is about."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import KINDS, Subject
from bastide.model import Statement


@lint_rule(
    title="A statement has no resource",
    severity="error",
    analyzer="MISSING_RESOURCE",
    kinds=(kind for kind in KINDS if kind != "trust"),
    words=r"neither Resource nor Principal",
    source='IAM User Guide, "IAM JSON policy elements: Resource"',
    fix='add "Resource" or "NotResource"',
)
def missing_resource(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Statements with neither Resource nor NotResource."""
    if statement.resource is None and statement.not_resource is None:
        yield Hit("the statement has no Resource")
