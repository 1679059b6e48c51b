"""A key that begins with ``aws:`` and that AWS does not have."""

from collections.abc import Iterator

from bastide.iam.lint.keys import GLOBAL_KEYS, global_key
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, opaque, tests
from bastide.iam.vocabulary import suggest
from bastide.model import Statement


@lint_rule(
    title="There is no such global condition key",
    severity="error",
    analyzer="INVALID_GLOBAL_CONDITION_KEY",
    source='IAM User Guide, "AWS global condition context keys" (read 2026-10)',
    fix="write a documented key",
)
def unknown_global_key(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Keys of ``aws:`` that are not in the guide."""
    for test in tests(statement):
        if test.key.lower().startswith("aws:") and not opaque(test.key) and global_key(test.key) is None:
            known = [key.name for key in GLOBAL_KEYS.values()]
            yield Hit(f"there is no condition key {test.key}", test.pointer, suggest(test.key, known))
