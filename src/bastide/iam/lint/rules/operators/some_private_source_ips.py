"""Private addresses beside public ones in ``aws:SourceIp`` do nothing."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.iam.lint.values import is_private, network
from bastide.model import Statement


@lint_rule(
    title="aws:SourceIp is compared with private addresses too",
    severity="suggestion",
    analyzer="PRIVATE_IP_ADDRESS_SUBSET",
    source='IAM User Guide, "AWS global condition context keys", aws:SourceIp',
    fix="remove them; behind a VPC endpoint use aws:VpcSourceIp",
)
def some_private_source_ips(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Private ranges beside public ones."""
    for test in tests(statement):
        if test.key.lower() != "aws:sourceip" or test.family != "IpAddress":
            continue
        ranges = {value: network(value) for value in test.values}
        private = [value for value, one in ranges.items() if is_private(one)]
        if private and len(private) < len(ranges):
            yield Hit(f"no caller's aws:SourceIp is in {', '.join(private)}", test.pointer)
