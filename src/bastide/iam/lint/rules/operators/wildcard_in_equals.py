"""``StringEquals`` takes ``*`` for a star."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import PLACEHOLDER, Subject, tests, wild
from bastide.model import Statement

LIKE = {"StringEquals": "StringLike", "StringNotEquals": "StringNotLike",
        "StringEqualsIgnoreCase": "StringLike", "StringNotEqualsIgnoreCase": "StringNotLike"}  # fmt: skip


@lint_rule(
    title="A value with wildcards under an operator that takes them literally",
    severity="warning",
    analyzer="WILDCARD_WITHOUT_LIKE_OPERATOR",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", String condition operators',
    fix="use StringLike or StringNotLike; for a literal star write ${*}",
)
def wildcard_in_equals(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Stars and question marks under StringEquals and its kin."""
    for test in tests(statement):
        if test.base not in LIKE:
            continue
        for value in test.values:
            if wild(PLACEHOLDER.sub("", value)):
                like = test.operator.replace(test.base, LIKE[test.base])
                yield Hit(f"{test.operator} takes the wildcard of {value!r} literally", test.pointer, f"write {like}")
                break
