"""Can tests of one number or date all hold at once?

The one idea: the truth of comparisons changes only at the values that stand in them, so that those values, one point
between each two neighbours and one beyond each end stand for all numbers. What is no number excludes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from bastide.iam.lint.subject import VARIABLE, Test
from bastide.iam.quantities import ORDER, number, seconds

MOST = 40  # values of one key that are compared with each other
READERS = {"Numeric": number, "Date": seconds}


def is_range(test: Test) -> bool:
    """Whether it compares a number or date that has to be there with values that can be read."""
    reader = READERS.get(test.family)
    if reader is None or test.if_exists or test.prefix or test.negated or not test.values:
        return False
    return all(not VARIABLE.search(value) and reader(value) is not None for value in test.values)


def exclude_each_other(same: Sequence[Test]) -> bool:
    """Whether no number satisfies all of ``same``: tests of one key and family, each of them ``is_range``."""
    found = [_compared(test) for test in same]
    values = sorted({value for _, wanted in found for value in wanted})
    if len(same) < 2 or len(values) > MOST:
        return False
    between = [(low + high) / 2 for low, high in pairwise(values)]
    points = (values[0] - 1, *values, *between, values[-1] + 1)
    return not any(
        all(any(ORDER[name](point, value) for value in wanted) for name, wanted in found) for point in points
    )


def _compared(test: Test) -> tuple[str, list[Decimal]]:
    """The comparison, as ``ORDER`` names it, and the numbers."""
    read = READERS[test.family]
    numbers = [value for text in test.values if (value := read(text)) is not None]
    return test.base.removeprefix(test.family).lower(), numbers
