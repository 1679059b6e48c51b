"""A negated operator in a Deny also hits requests without the key: AWS's own calls, callers of no organization."""

from collections.abc import Iterator

from bastide.iam.lint.presence import may_miss
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement


@lint_rule(
    title="A Deny by a negated test also hits requests without the key",
    severity="suggestion",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators": negated operators match absent keys',
    fix='if requests without the key shall pass, add "Null": {key: "false"}; for AWS\'s own calls except '
    "aws:PrincipalIsAWSService or aws:ViaAWSService",
)
def deny_by_negation(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """A Deny whose only guard is one negated test of a global key that may be absent."""
    found = list(tests(statement)) if statement.effect == "Deny" else []
    if len({test.key.lower() for test in found}) != 1:
        return  # a second key is the usual exception for AWS's own calls
    for test in found:
        if test.negated and not test.if_exists and test.prefix != "ForAnyValue:" and may_miss(statement, subject, test):
            yield Hit(f"{test.operator} is true where {test.key} is absent: the statement then denies", test.pointer)
