"""Address operators compare with addresses and ranges."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject
from bastide.iam.lint.values import is_range, misfits
from bastide.model import Statement


@lint_rule(
    title="A value under an address operator is neither address nor range",
    severity="error",
    analyzer="TYPE_MISMATCH_IP_RANGE",
    source='IAM User Guide, "IAM JSON policy elements: Condition operators", IP address condition operators',
    fix="write an address or a range: 203.0.113.0/24, 2001:db8::/32",
)
def value_not_address(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Values that are neither."""
    yield from misfits(statement, subject, "IpAddress", is_range, "an address or a range")
