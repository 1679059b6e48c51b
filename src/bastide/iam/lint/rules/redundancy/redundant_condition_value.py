"""A value that another value of the same test covers."""

from collections.abc import Iterator

from bastide.iam.lint.repeats import covered
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import Subject, Test, tests
from bastide.iam.lint.values import network
from bastide.model import Statement

MOST = 200  # values of a test that are compared with each other


@lint_rule(
    title="Another value of the test covers the value",
    severity="suggestion",
    analyzer="REDUNDANT_CONDITION_VALUE_NUM",
    source='IAM Access Analyzer policy check reference, "Redundant condition value num"',
    fix="remove it",
)
def redundant_condition_value(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """Values that repeat, lie within a pattern under Like, or within a range under an address operator."""
    for test in tests(statement):
        for value, outer in _within(test):
            yield Hit(f"{value} is within {outer}" if value != outer else f"{value} occurs twice", test.pointer)


def _within(test: Test) -> Iterator[tuple[str, str]]:
    if test.family == "IpAddress":
        yield from _ranges(test.values[:MOST])
    elif test.base.endswith("Like") and test.family == "String":
        yield from ((test.values[index], test.values[outer]) for index, outer in covered(test.values))
    else:
        seen: set[str] = set()
        for value in test.values:
            if value in seen:
                yield value, value
            seen.add(value)


def _ranges(values: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    parsed = [(value, network(value)) for value in values]
    for index, (value, own) in enumerate(parsed):
        for other, (outer, wide) in enumerate(parsed):
            if index == other or own is None or wide is None or own.version != wide.version:
                continue
            inside = int(own.network_address) & int(wide.netmask) == int(wide.network_address)
            if inside and (own.prefixlen > wide.prefixlen or (own.prefixlen == wide.prefixlen and other < index)):
                yield value, outer
                break
