"""Bits behind the mask are ignored; somebody may have meant one address."""

from collections.abc import Iterator

from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, tests
from bastide.iam.lint.values import network
from bastide.model import Statement


@lint_rule(
    title="A range of addresses has bits behind its mask",
    severity="suggestion",
    analyzer="IMPROVE_IP_RANGE",
    source='IAM Access Analyzer policy check reference, "Improve IP range"',
    fix="write the network's first address, or /32 for one address",
)
def host_bits_in_range(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Ranges that do not begin at their network's address."""
    for test in tests(statement):
        for value in test.values if test.family == "IpAddress" else ():
            found = network(value)
            if found is not None and "/" in value and value.partition("/")[0].lower() != str(found.network_address):
                yield Hit(f"{value} is the range {found}", test.pointer)
