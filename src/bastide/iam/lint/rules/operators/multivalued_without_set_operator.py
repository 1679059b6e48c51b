"""A key that holds several values is compared by ForAllValues or ForAnyValue."""

from collections.abc import Iterator

from bastide.iam.lint import catalog
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement


@lint_rule(
    title="A key of several values is compared without a set operator",
    severity="error",
    analyzer="MISSING_QUALIFIER",
    source='IAM User Guide, "Multivalued context keys"; Access Analyzer policy checks, "Missing qualifier"',
    fix="write ForAnyValue: (one of the request's values) or ForAllValues: (each, also when there is none)",
)
def multivalued_without_set_operator(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Tests of multivalued keys without ForAllValues or ForAnyValue."""
    for test in tests(statement):
        facts = catalog.key_facts(test.key)
        if facts is not None and facts.multivalued and not test.prefix and test.family != "Null":
            yield Hit(f"{test.key} holds several values, {test.operator} compares one", test.pointer)
