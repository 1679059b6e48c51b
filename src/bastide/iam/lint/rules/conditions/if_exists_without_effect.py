"""IfExists on an operator that is true for absent keys anyway, or on a key that is never absent."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, always_present, tests
from bastide.model import Statement


@lint_rule(
    title="IfExists has no effect here",
    severity="suggestion",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", …IfExists condition operators',
    fix="leave IfExists out",
)
def if_exists_without_effect(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """IfExists on keys that every request carries. On negated operators it is AWS's own custom and passes."""
    for test in tests(statement):
        if test.if_exists and always_present(test.key, subject.kind):
            yield Hit(f"{test.key} is in every request", test.pointer)
