"""``Bool`` and ``Null`` compare with true or false."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.iam.lint.values import is_boolean, misfits
from bastide.model import Statement


@lint_rule(
    title="A value under Bool or Null is neither true nor false",
    severity="error",
    analyzer="TYPE_MISMATCH_BOOLEAN",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", Boolean condition operators',
    fix='write "true" or "false"',
)
def value_not_boolean(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Values that are no booleans."""
    for family in ("Bool", "Null"):
        yield from misfits(statement, subject, family, is_boolean, "true or false")
