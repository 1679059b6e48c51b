"""``BinaryEquals`` compares bytes, written in base64."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.iam.lint.values import is_base64, misfits
from bastide.model import Statement


@lint_rule(
    title="A value under BinaryEquals is not base64",
    severity="error",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", Binary condition operators',
    fix="write the bytes in base64",
)
def value_not_base64(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Values that do not decode."""
    yield from misfits(statement, subject, "Binary", is_base64, "base64")
