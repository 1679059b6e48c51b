"""A condition key is ``service:name``."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, opaque, tests
from bastide.model import Statement


@lint_rule(
    title="A condition key has no service prefix",
    severity="error",
    analyzer="INVALID_CONDITION_KEY_FORMAT",
    source='IAM Access Analyzer policy check reference, "Invalid condition key format"',
    fix="write service:KeyName, such as aws:SourceIp",
)
def condition_key_format(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Keys without a colon, or with nothing on a side of it."""
    for test in tests(statement):
        prefix, _, name = test.key.partition(":")
        if not (prefix and name) and not opaque(test.key):
            yield Hit(f"{test.key!r} is no condition key", test.pointer)
