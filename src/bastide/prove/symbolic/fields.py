"""The fields of a request that is sought: for each, the tests that its value must pass.

One idea: fields do not touch one another, so adding a test asks only whether the tests of its own field can still hold
together. Choosing tests is the search's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from bastide.prove.symbolic.constraint import Test, can_hold

Fields = Mapping[str, frozenset[Test]]


@lru_cache(maxsize=16_384)
def settle(tests: tuple[Test, ...]) -> Fields | None:
    """The fields of some tests; remembered, because many questions ask about the same callers."""
    return add_tests({}, tests)


def add_tests(fields: Fields, tests: Iterable[Test]) -> dict[str, frozenset[Test]] | None:
    """The fields with more tests; None when one of them then has no value."""
    found = dict(fields)
    touched: dict[str, list[Test]] = {}
    for test in tests:
        held = found.get(test.key, frozenset())
        if test not in held:
            found[test.key] = held | {test}
            touched.setdefault(test.key, []).append(test)
    for key, added in sorted(touched.items(), key=lambda one: one[0]):
        *others, last = added
        if not can_hold(fields.get(key, frozenset()).union(others), last):
            return None
    return found


def reduce_clauses(fields: Fields, clauses: Iterable[tuple[Test, ...]]) -> list[tuple[Test, ...]] | None:
    """The clauses that do not hold yet, without tests that cannot; None when one has none left."""
    found = []
    for clause in clauses:
        left = []
        for test in clause:
            held = fields.get(test.key, frozenset())
            if test in held or not can_hold(held, test.negated):
                break
            if can_hold(held, test):
                left.append(test)
        else:
            if not left:
                return None
            found.append(tuple(left))
    return found
