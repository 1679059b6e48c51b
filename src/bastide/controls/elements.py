"""Operators over the elements of a list: any, every, none, includes, count_at_least.

The one idea: an element that decides the question decides it whatever the others are; else one that is Unknown makes
the answer UNKNOWN. An absent list has no elements; what is no list is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Callable

from bastide.controls.check import Check, Scene
from bastide.controls.lookup import elements_of
from bastide.model import PASS, Status, Unknown, Value, Verdict, fail, unknown

Decided = Callable[[Verdict, str], Verdict]


def any_element(inner: Check, otherwise: str) -> Check:
    """PASS when an element passes."""
    return _over(inner, Status.PASS, lambda verdict, at: PASS,
                 lambda at: fail(otherwise or f"no element of {at} is as it should be", at))  # fmt: skip


def every_element(inner: Check) -> Check:
    """The FAIL of the first element that fails; PASS when there are none."""
    return _over(inner, Status.FAIL, lambda verdict, at: verdict, lambda at: PASS)


def no_element(inner: Check, otherwise: str) -> Check:
    """FAIL at the first element that passes."""
    return _over(inner, Status.PASS, lambda verdict, at: fail(otherwise or f"{at} is what it should not be", at),
                 lambda at: PASS)  # fmt: skip


def _over(inner: Check, decisive: Status, decided: Decided, rest: Callable[[str], Verdict]) -> Check:
    """The elements one by one until one's status is ``decisive``; without one, UNKNOWN if one was, else ``rest``."""

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        elements = elements_of(value)
        if isinstance(elements, Unknown):
            return unknown(elements, at)
        doubt: Verdict | None = None
        for index, element in enumerate(elements):
            where = f"{at}.{index}" if at else str(index)
            verdict = inner(element, where, scene)
            if verdict.status is decisive:
                return decided(verdict, where)
            if verdict.status is Status.UNKNOWN:
                doubt = doubt or verdict
        return doubt or rest(at)

    return check


def including(wanted: tuple[str, ...], otherwise: str) -> Check:
    """PASS when the list has each of ``wanted``."""

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        elements = elements_of(value)
        if isinstance(elements, Unknown):
            return unknown(elements, at)
        known = [one for one in elements if not isinstance(one, Unknown)]
        missing = [one for one in wanted if one not in known]
        if not missing:
            return PASS
        gap = next((one for one in elements if isinstance(one, Unknown)), None)
        return unknown(gap, at) if gap is not None else fail(otherwise or f"{at} lacks {', '.join(missing)}", at)

    return check


def counted(count: int, otherwise: str) -> Check:
    """PASS when the list has at least ``count`` elements; an element that is Unknown is one."""

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        elements = elements_of(value)
        if isinstance(elements, Unknown):
            return unknown(elements, at)
        return PASS if len(elements) >= count else fail(otherwise or f"{at} has fewer than {count}", at)

    return check
