"""``Null`` asks whether the key is there; a set operator before it changes nothing."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement


@lint_rule(
    title="Null stands behind a set operator",
    severity="suggestion",
    analyzer="NULL_WITH_QUALIFIER",
    source='IAM Access Analyzer policy check reference, "Null with qualifier"',
    fix="write Null",
)
def null_with_set_operator(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """``ForAllValues:Null`` and ``ForAnyValue:Null``."""
    for test in tests(statement):
        if test.base == "Null" and test.prefix:
            yield Hit(f"{test.operator} says no more than Null", test.pointer)
