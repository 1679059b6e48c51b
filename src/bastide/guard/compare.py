"""Comparisons of what two queries found, with Guard's many cases.

The one idea: each operator gives a list of results, one for each value (or pair) that it compared; the clause counts
them. Source: cloudformation-guard, guard/src/rules/eval/operators.rs; docs/CLAUSES.md, "Binary Operators".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bastide.guard.value import Incomparable, Undecided, before, equal, same
from bastide.model import Status, Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """A value that a query found, and where. ``missing``: why there is none; ``literal``: a constant of the policy.

    ``spelling``: how its query spells keys from here on, since one was found under another spelling.
    """

    value: Any = None
    path: tuple[str, ...] = ()
    missing: str = ""
    literal: bool = False
    spelling: str = ""

    @property
    def unread(self) -> bool:
        """Whether something stands here that could not be read."""
        return isinstance(self.value, Unknown)


class Result(NamedTuple):
    """One comparison: its status, the value it is about, and why it is not a PASS."""

    status: Status
    about: Found
    reason: str = ""


ORDERS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def compare(operator: str, negated: bool, left: Sequence[Found], right: Sequence[Found]) -> list[Result]:
    """The results of a comparison; none when a side found nothing, which skips the clause."""
    if not left or not right:
        return []
    left = _spread(left) if operator in ORDERS else left
    results = [Result(Status.FAIL, one, one.missing) for one in left if one.missing]
    left = [one for one in left if not one.missing]
    for one in right:
        if one.missing:
            results += [Result(Status.FAIL, mine, f"nothing to compare with: {one.missing}") for mine in left]
    right = [one for one in right if not one.missing]
    unread = next((one for one in right if one.unread), None)
    if unread is not None:
        return results + [_undecided(mine, unread.value.reason) for mine in left]
    if not left:
        return results
    if operator in ORDERS:
        return results + _ordered(ORDERS[operator], left, right)
    return results + (_equal(left, right, negated) if operator == "==" else _within(left, right, negated))


def _undecided(about: Found, reason: str) -> Result:
    return Result(Status.UNKNOWN, about, reason)


def _spread(found: Sequence[Found]) -> list[Found]:
    """The elements of lists in their place."""
    made: list[Found] = []
    for one in found:
        made += _elements(one) if isinstance(one.value, list | tuple) else [one]
    return made


def _elements(one: Found) -> list[Found]:
    return [Found(value, (*one.path, str(place)), literal=one.literal) for place, value in enumerate(one.value)]


def _pair(
    left: Found, right: Any, negated: bool, test: Callable[[Any, Any], bool], otherwise: str = "is not as asked"
) -> Result:
    """One value against another; what does not compare fails, negated or not."""
    try:
        holds = test(left.value, right)
    except Undecided as unread:
        return _undecided(left, str(unread))
    except Incomparable as wrong:
        return Result(Status.FAIL, left, str(wrong))
    return Result(Status.PASS, left) if holds is not negated else Result(Status.FAIL, left, otherwise)


def _ordered(holds: Callable[[int], bool], left: Sequence[Found], right: Sequence[Found]) -> list[Result]:
    def test(first: Any, second: Any) -> bool:
        return holds(before(first, second))

    against = _spread(right)
    if not against:  # nothing is compared, but what stands for an unread value might have been missing, which fails
        return [_undecided(one, one.value.reason) for one in left if one.unread]
    return [_pair(one, other.value, False, test) for one in left for other in against]


def _constant(found: Sequence[Found]) -> Found | None:
    return found[0] if len(found) == 1 and found[0].literal else None


def _equal(left: Sequence[Found], right: Sequence[Found], negated: bool) -> list[Result]:
    mine, other = _constant(left), _constant(right)
    if mine and other:
        return [_pair(mine, other.value, negated, equal)]
    if mine:
        spread = right if isinstance(mine.value, list) else _spread(right)
        return [_pair(mine, one.value, negated, equal) for one in spread]
    if not other:
        return _equal_sets(left, right, negated)
    if not isinstance(other.value, list):
        return [_pair(one, other.value, negated, equal) for one in _spread(left)]
    single = len(other.value) == 1
    return [
        _pair(one, other.value[0] if single and not isinstance(one.value, list | dict) else other.value, negated, equal)
        for one in left
    ]


def _equal_sets(left: Sequence[Found], right: Sequence[Found], negated: bool) -> list[Result]:
    """Two queries: everything that the longer one found is among what the other one found."""
    try:
        longer, shorter = (left, right) if len(left) > len(right) else (right, left)
        odd = [one for one in longer if not _among(one.value, shorter)]
    except Undecided as unread:
        return [_undecided(one, str(unread)) for one in left]
    if not negated:
        return _missed(odd, left)
    if not odd:
        return [Result(Status.FAIL, one, "is the same") for one in left]
    kept = right if len(right) >= len(left) else left
    return _missed([one for one in kept if not _among(one.value, odd)], left)


def _missed(odd: Sequence[Found], left: Sequence[Found]) -> list[Result]:
    if odd:
        return [Result(Status.FAIL, one, "is not among what it is compared with") for one in odd]
    return [Result(Status.PASS, one) for one in left]


def _among(value: Any, found: Sequence[Found]) -> bool:
    return _holds([one.value for one in found], value)


def _holds(values: Sequence[Any], value: Any) -> bool:
    """Whether a list has an equal element. Raises Undecided when only an unread one may be it."""
    doubt: Undecided | None = None
    for one in values:
        try:
            if same(one, value):
                return True
        except Undecided as unread:
            doubt = unread
    if doubt is not None:
        raise doubt
    return False


def _within(left: Sequence[Found], right: Sequence[Found], negated: bool) -> list[Result]:
    mine, other = _constant(left), _constant(right)
    if mine and other:
        if isinstance(mine.value, str) and isinstance(other.value, str):
            return [_text_in(mine, other.value, negated)]
        return [_contained(mine, other.value, negated)]
    if other:
        return [one for each in left for one in _within_constant(each, other.value, negated)]
    if mine:
        return _constant_within(mine, right, negated)
    try:
        odd = [one for one in left if not any(_is_contained(one, other.value) for other in right)]
        if not negated:
            return _missed(odd, left)
        met = [one for one in left if one not in odd]
        return [Result(Status.FAIL, one, "is among them") for one in met] or [Result(Status.PASS, one) for one in left]
    except Undecided as unread:
        return [_undecided(one, str(unread)) for one in left]


def _within_constant(one: Found, other: Any, negated: bool) -> list[Result]:
    if isinstance(other, str):
        spread = _elements(one) if isinstance(one.value, list) else [one]
        return [_text_in(each, other, negated) for each in spread]
    return [_contained(one, other, negated)]


def _text_in(one: Found, other: str, negated: bool) -> Result:
    def test(first: Any, second: str) -> bool:
        if isinstance(first, Unknown):
            raise Undecided(first.reason)
        if not isinstance(first, str):
            raise Incomparable("only a text can be part of a text")
        return first in second

    return _pair(one, other, negated, test, f"is {'' if negated else 'not '}part of {other!r}")


def _constant_within(mine: Found, right: Sequence[Found], negated: bool) -> list[Result]:
    if any(isinstance(one.value, list) for one in right) or not isinstance(mine.value, list):
        return [_contained(mine, one.value, negated) for one in right]
    try:
        odd = [value for value in mine.value if not _among(value, right)]
    except Undecided as unread:
        return [_undecided(mine, str(unread))]
    # Negated, Guard takes the whole constant for one value: it fails unless that very list is among the odd ones.
    return [Result(Status.PASS if not odd and not negated else Status.FAIL, mine, "is not among them")]


def _is_contained(one: Found, other: Any) -> bool:
    result = _contained(one, other, negated=False)
    if result.status is Status.UNKNOWN:
        raise Undecided(result.reason)
    return result.status is Status.PASS


def _contained(one: Found, other: Any, negated: bool) -> Result:
    """A value, or all elements of a list, among the elements of another."""
    if not isinstance(one.value, list | tuple):
        if isinstance(other, list | tuple):
            return _pair(one, other, negated, _element_of, f"is {'' if negated else 'not '}one of the values")
        return _pair(one, other, negated, equal)
    if not isinstance(other, list | tuple):
        return Result(Status.FAIL, one, "a list is not compared with a single value")
    try:
        if other and isinstance(other[0], list | tuple):
            met = [one.value] if _holds(other, one.value) else []
            whole, nothing = bool(met), not met
            return _listed(one, negated, whole, nothing and not one.value)
        met = [value for value in one.value if _holds(other, value)]
    except Undecided as unread:
        return _undecided(one, str(unread))
    whole = len(met) == len(one.value)
    return _listed(one, negated, whole, not whole and not met)


def _listed(one: Found, negated: bool, whole: bool, none: bool) -> Result:
    """A list's result: ``whole`` when all its elements are among the others, ``none`` when none of them is."""
    holds = none if negated else whole
    return Result(Status.PASS, one) if holds else Result(Status.FAIL, one, "its elements are not as asked")


def _element_of(value: Any, values: Sequence[Any]) -> bool:
    if isinstance(value, Unknown):
        raise Undecided(value.reason)
    return _holds(values, value)
