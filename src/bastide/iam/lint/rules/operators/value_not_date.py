"""Date operators compare with ISO 8601 or seconds since 1970."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.iam.lint.values import is_date, misfits
from bastide.model import Statement


@lint_rule(
    title="A value under a date operator is not a date",
    severity="error",
    analyzer="INVALID_DATE_VALUE",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", Date condition operators',
    fix="write ISO 8601, such as 2026-12-31T23:59:59Z, or seconds since 1970",
)
def value_not_date(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Values that are no dates."""
    yield from misfits(statement, subject, "Date", is_date, "a date")
