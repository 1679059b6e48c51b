"""Tests of one key that exclude each other: the statement never applies."""

from collections.abc import Iterator
from itertools import combinations

from bastide.iam.lint.globs import overlap, tokens, within
from bastide.iam.lint.presence import needs_key
from bastide.iam.lint.ranges import READERS, exclude_each_other, is_range
from bastide.iam.lint.rule import Hit, lint_rule
from bastide.iam.lint.subject import VARIABLE, Subject, Test, always_present, tests
from bastide.model import Statement

EXACT = ("StringEquals", "StringLike")
NOT = ("StringNotEquals", "StringNotLike")
MOST = 100  # values of a test that are compared with those of another


@lint_rule(
    title="The condition can never be true",
    severity="warning",
    source='IAM User Guide, "IAM JSON policy elements: Condition": all operators and keys must be true',
    fix="split the statement, or correct one of the tests",
)
def condition_never_true(statement: Statement, subject: Subject) -> Iterator[Hit]:
    """A key that must be absent and have a value, or have values that exclude each other."""
    by_key: dict[str, list[Test]] = {}
    for test in tests(statement):
        by_key.setdefault(test.key.lower(), []).append(test)
        if test.base == "Null" and _lower(test) == ["true"] and always_present(test.key, subject.kind):
            yield Hit(f"{test.key} is in every request, Null asks for its absence", test.pointer)
    for same in by_key.values():
        for one, two in combinations(same, 2):
            if _excluding(one, two) or _excluding(two, one):
                yield Hit(f"{one.operator} and {two.operator} on {one.key} exclude each other", two.pointer)
        for family in READERS:
            ranges = [test for test in same if test.family == family and is_range(test)]
            if exclude_each_other(ranges):
                named = " and ".join(test.operator for test in ranges)
                yield Hit(f"{named} on {ranges[0].key} exclude each other", ranges[-1].pointer)


def _lower(test: Test) -> list[str]:
    return [value.lower() for value in test.values]


def _excluding(one: Test, two: Test) -> bool:
    """The first test is never true where the second is."""
    if one.base == "Null" and two.base != "Null":
        return _lower(one) == ["true"] and needs_key(two)
    if not needs_key(two) or two.base not in EXACT or one.prefix or two.prefix or max(map(_size, (one, two))) > MOST:
        return False
    if one.base in NOT:
        # StringNotEquals takes wildcards literally, StringNotLike not.
        covers = within if one.base == "StringNotLike" else str.__eq__
        return bool(two.values) and all(any(covers(value, other) for other in one.values) for value in two.values)
    if one.base not in EXACT or one.if_exists or any(VARIABLE.search(value) for value in (*one.values, *two.values)):
        return False
    return not any(overlap(_tokens(one, a), _tokens(two, b)) for a in one.values for b in two.values)


def _size(test: Test) -> int:
    return len(test.values)


def _tokens(test: Test, value: str) -> tuple[tuple[str, str], ...]:
    return tokens(value) if test.base == "StringLike" else tuple(("c", char) for char in value)
