"""``aws:SourceIp`` is a public address; behind a VPC endpoint ``aws:VpcSourceIp`` holds the private one instead."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.iam.lint.values import is_private, network
from bastide.model import Statement


@lint_rule(
    title="aws:SourceIp is compared with private addresses alone",
    severity="error",
    analyzer="PRIVATE_IP_ADDRESS",
    source='IAM User Guide, "AWS global condition context keys", aws:SourceIp and aws:VpcSourceIp',
    fix="use public ranges, or aws:VpcSourceIp together with aws:SourceVpc or aws:SourceVpce",
)
def private_source_ip(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Address tests whose every range is private."""
    for test in tests(statement):
        if test.key.lower() != "aws:sourceip" or test.family != "IpAddress" or not test.values:
            continue
        ranges = [network(value) for value in test.values]
        if all(map(is_private, ranges)):
            always = "always" if test.negated else "never"
            yield Hit(f"the caller's address is {always} {'outside' if test.negated else 'within'} these", test.pointer)
