"""Numeric operators compare with numbers."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.iam.lint.values import is_number, misfits
from bastide.model import Statement


@lint_rule(
    title="A value under a numeric operator is not a number",
    severity="error",
    analyzer="TYPE_MISMATCH_NUMBER",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", Numeric condition operators',
    fix="write an integer or a decimal number",
)
def value_not_number(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Values that are no numbers."""
    yield from misfits(statement, subject, "Numeric", is_number, "a number")
