"""An ARN in a condition has six parts, of which ArnLike compares each."""

from collections.abc import Iterator

from bastide.iam.lint.arns import ACCOUNT, FIELDS, NAMED_ACCOUNTS, closed, parts
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, opaque, tests
from bastide.model import Statement


@lint_rule(
    title="A value under an ARN operator is no ARN",
    severity="warning",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", ARN condition operators',
    fix="write all six parts; * does not cross a colon there",
)
def condition_arn(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Values of fewer than six parts, or with an account that has not 12 digits."""
    for test in tests(statement):
        for value in test.values if test.family == "Arn" else ():
            if value == "*" or opaque(value) or value.startswith("${"):
                continue
            found = parts(value)
            if found is None or len(found.fields) < FIELDS:
                yield Hit(f"{value} has not the six parts of an ARN: {test.operator} never matches it", test.pointer)
            elif closed(found.part(4)) and not ACCOUNT.fullmatch(found.part(4)) and found.part(4) not in NAMED_ACCOUNTS:
                yield Hit(f"{found.part(4)!r} in {value} is no account: 12 digits", test.pointer)
