"""IfExists is true where the key is absent: an Allow by it opens for requests without the key."""

from collections.abc import Iterator

from bastide.iam.lint.presence import may_miss
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import GRANTING, Subject, tests
from bastide.model import Statement


@lint_rule(
    title="An Allow rests on a global key with IfExists",
    severity="security-warning",
    kinds=GRANTING,
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", …IfExists condition operators',
    fix="leave IfExists out, so that a request without the key is not allowed",
)
def allow_if_exists(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """IfExists in an Allow on global keys that may be absent; on service keys it is the documented way."""
    for test in tests(statement) if statement.effect == "Allow" else ():
        if test.if_exists and test.prefix != "ForAnyValue:" and may_miss(statement, subject, test):
            yield Hit(f"where {test.key} is absent, {test.operator} is true and the statement allows", test.pointer)
