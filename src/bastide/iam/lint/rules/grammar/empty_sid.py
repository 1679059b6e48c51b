"""An empty id is written for nothing."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.model import Statement


@lint_rule(
    title="A statement id is empty",
    severity="suggestion",
    analyzer="EMPTY_SID_VALUE",
    source='IAM Access Analyzer policy check reference, "Empty Sid value"',
    fix="name the statement, or leave Sid out",
)
def empty_sid(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Sids that are there and empty."""
    if not statement.sid and "Sid" in subject.raw(statement):
        yield Hit("the Sid is empty", "/Sid")
