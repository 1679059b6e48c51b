"""Actions grouped by the forbidden rules that speak about them.

One idea: a class that meets fewer rules is easier to get through, so only the least classes are searched. Sets of
actions are integers, a bit for an action of the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def least_classes(left: int, met: Sequence[tuple[int, int]]) -> list[tuple[int, tuple[int, ...]]]:
    """Actions grouped by the rules that speak about them, fewest first; those that meet more than another are left out.

    ``met``: (actions, number of the rule).
    """
    low = (left & -left).bit_length() - 1  # services lie together: shorter integers are faster
    classes: list[tuple[int, tuple[int, ...]]] = [(left >> low, ())]
    for bits, index in met:
        if not bits:
            continue
        near = bits >> low
        split: list[tuple[int, tuple[int, ...]]] = []
        for members, numbers in classes:
            inside = members & near
            if not inside:
                split.append((members, numbers))
                continue
            if members != inside:
                split.append((members & ~near, numbers))
            split.append((inside, (*numbers, index)))
        classes = split
    classes.sort(key=lambda one: len(one[1]))
    return [(members << low, numbers) for members, numbers in _least(classes)]


def _least(classes: Sequence[tuple[int, tuple[int, ...]]]) -> Iterator[tuple[int, tuple[int, ...]]]:
    seen: list[frozenset[int]] = []
    for members, numbers in classes:
        own = frozenset(numbers)
        if not any(other <= own for other in seen):
            seen.append(own)
            yield members, numbers
