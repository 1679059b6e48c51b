"""Keys that AWS has replaced."""

from collections.abc import Iterator

from bastide.iam.lint.keys import DEPRECATED
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement


@lint_rule(
    title="The condition key is deprecated",
    severity="warning",
    analyzer="DEPRECATED_GLOBAL_CONDITION_KEY",
    source='IAM Access Analyzer policy check reference, "Deprecated global condition key"',
    fix="use the key that replaced it",
)
def deprecated_key(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """``aws:SourceOwner``."""
    for test in tests(statement):
        newer = DEPRECATED.get(test.key.lower())
        if newer:
            yield Hit(f"{test.key} is deprecated", test.pointer, f"write {newer}")
