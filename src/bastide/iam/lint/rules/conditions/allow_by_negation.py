"""A negated operator is true where the key is absent: an Allow by it opens for requests without the key."""

from collections.abc import Iterator

from bastide.iam.lint.presence import may_miss
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import GRANTING, Subject, tests
from bastide.model import Statement


@lint_rule(
    title="An Allow rests on a negated test of a key that may be absent",
    severity="security-warning",
    kinds=GRANTING,
    source='IAM User Guide, "IAM JSON policy elements: Condition operators": negated operators match absent keys',
    fix='say what is allowed, or add "Null": {key: "false"}',
)
def allow_by_negation(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Negated operators in an Allow on global keys that may be absent."""
    for test in tests(statement) if statement.effect == "Allow" else ():
        if test.negated and not test.if_exists and test.prefix != "ForAnyValue:" and may_miss(statement, subject, test):
            yield Hit(f"{test.operator} is true where {test.key} is absent: the statement then allows", test.pointer)
