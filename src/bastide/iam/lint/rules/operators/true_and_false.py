"""A boolean that may be true or false is no test but of presence."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement


@lint_rule(
    title="A boolean key is compared with true and with false",
    severity="error",
    analyzer="INVALID_CONDITION_MULTIPLE_BOOLEAN",
    source='IAM Access Analyzer policy check reference, "Invalid condition multiple Boolean"',
    fix="give one value; to ask for presence write Null",
)
def true_and_false(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Bool and Null with more than one distinct value."""
    for test in tests(statement):
        if test.family in ("Bool", "Null") and len({value.lower() for value in test.values}) > 1:
            yield Hit(f"{test.operator} on {test.key} takes both values", test.pointer)
