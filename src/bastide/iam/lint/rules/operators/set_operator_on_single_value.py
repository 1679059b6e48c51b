"""A set operator on a key of one value: ForAnyValue changes nothing, ForAllValues in a Deny reaches further."""

from collections.abc import Iterator

from bastide.iam.lint.presence import single_valued
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement


@lint_rule(
    title="A set operator on a key of one value",
    severity="suggestion",
    source='IAM User Guide, "Single-valued vs. multivalued context keys"',
    fix="leave the set operator out",
)
def set_operator_on_single_value(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """ForAnyValue anywhere, ForAllValues in a Deny, on single-valued keys."""
    for test in tests(statement):
        if not test.prefix or test.family == "Null" or not single_valued(test.key):
            continue
        if test.prefix == "ForAnyValue:":
            yield Hit(f"{test.key} holds one value: ForAnyValue only adds that it is present", test.pointer)
        elif statement.effect == "Deny":
            yield Hit(f"{test.key} holds one value: ForAllValues also denies where it is absent", test.pointer)
