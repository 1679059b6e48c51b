"""``StringLike`` lets ``*`` run over the colons of an ARN; ``ArnLike`` compares part by part."""

from collections.abc import Iterator

from bastide.iam.lint import catalog
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests, wild
from bastide.model import Statement


@lint_rule(
    title="A pattern of ARNs is compared as text",
    severity="suggestion",
    analyzer="STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", ARN condition operators',
    fix="use ArnLike or ArnNotLike",
)
def string_operator_on_arn_key(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """StringLike and StringNotLike with a wildcard on a key that holds an ARN."""
    for test in tests(statement):
        facts = catalog.key_facts(test.key)
        if facts is None or facts.type != "ARN" or test.base not in ("StringLike", "StringNotLike"):
            continue
        if any(wild(value) and value != "*" for value in test.values):
            other = test.operator.replace("String", "Arn")
            yield Hit(f"{test.operator} on {test.key}: * crosses colons there", test.pointer, f"write {other}")
