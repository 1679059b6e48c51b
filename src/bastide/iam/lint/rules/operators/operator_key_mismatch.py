"""An operator of one type on a key of another: IAM compares what cannot be compared, and the test is never true."""

from collections.abc import Iterator

from bastide.iam.lint import catalog
from bastide.iam.lint.presence import tag_key
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.model import Statement

FITTING = {
    "String": ("String",), "ARN": ("Arn", "String"), "Bool": ("Bool",), "Numeric": ("Numeric",),
    "Date": ("Date", "Numeric"), "IPAddress": ("IpAddress",), "Binary": ("Binary",),
}  # fmt: skip


@lint_rule(
    title="The operator does not fit the type of the key",
    severity="warning",
    analyzer="TYPE_MISMATCH",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators"; Service Authorization Reference',
    fix="use an operator of the key's type",
)
def operator_key_mismatch(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Operators of another family than the key's type; keys whose name says ARN pass with ARN operators."""
    for test in tests(statement):
        facts = catalog.key_facts(test.key)
        if facts is None or test.family == "Null" or test.family in FITTING[facts.type]:
            continue
        if test.family == "Arn" and (
            "arn" in test.key.lower() or tag_key(test.key)
        ):  # the list calls some ARNs strings
            continue
        yield Hit(
            f"{test.operator} on {test.key}, which is of type {facts.type}",
            test.pointer,
            f"use an operator of {' or '.join(FITTING[facts.type])}",
        )
