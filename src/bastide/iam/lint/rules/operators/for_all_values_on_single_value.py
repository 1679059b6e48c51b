"""ForAllValues is true where the key is absent: an Allow by it opens for requests without the key."""

from collections.abc import Iterator

from bastide.iam.lint.presence import present_by_other, single_valued
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, always_present, tests
from bastide.model import Statement


@lint_rule(
    title="ForAllValues on a key of one value in an Allow",
    severity="security-warning",
    analyzer="FORALLVALUES_WITH_SINGLE_VALUED_KEY",
    source='IAM User Guide, "Single-valued vs. multivalued context keys"',
    fix="remove ForAllValues:",
)
def for_all_values_on_single_value(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """ForAllValues in an Allow on single-valued keys that may be absent."""
    for test in tests(statement) if statement.effect == "Allow" else ():
        if test.prefix != "ForAllValues:" or not single_valued(test.key) or test.family == "Null":
            continue
        if not always_present(test.key, subject.kind) and not present_by_other(statement, test):
            yield Hit(f"{test.operator} is true where {test.key} is absent: the statement then allows", test.pointer)
