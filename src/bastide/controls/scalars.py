"""Operators over one scalar: is, one_of, none_of, at_least, at_most, matches, shaped, present, plain_text.

The one idea: an answer is True, False or Unknown, made of the constant once; a value of a wrong kind is Unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bastide.controls.check import Answer, Check, Scene
from bastide.controls.condition import Scalar
from bastide.controls.lookup import number, text, truth
from bastide.model import PASS, Unknown, Value, Verdict, fail, unknown


def scalar(answer: Answer, otherwise: str, *, absent: bool = False) -> Check:
    """An operator over a scalar; ``absent`` is its answer when there is no value."""
    name_first = otherwise.startswith(("is ", "has "))

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        found = absent if value is None else value if type(value) is Unknown else answer(value)
        if found is True:
            return PASS
        if found is False:
            return fail(f"{at.rpartition('.')[2] or 'it'} {otherwise}" if name_first else otherwise, at)
        return unknown(found, at)

    return check


def same(constant: Scalar) -> Answer:
    """Whether a value is the constant; a boolean or number may be written as text."""
    if isinstance(constant, bool):
        return _then(truth, lambda value: value is constant)
    if isinstance(constant, int | float):
        return _then(number, lambda value: value == constant)
    return _then(text, lambda value: value == constant)


def _then(read: Callable[[Value], Value], decide: Callable[[Value], bool]) -> Answer:
    def answer(value: Value) -> bool | Unknown:
        found = read(value)
        return found if isinstance(found, Unknown) else decide(found)

    return answer


def among(constants: tuple[Scalar, ...]) -> Answer:
    """Whether a value is one of the constants."""
    texts = frozenset(one for one in constants if isinstance(one, str))
    if len(texts) == len(constants):
        return _then(text, texts.__contains__)
    answers = tuple(map(same, constants))

    def answer(value: Value) -> bool | Unknown:
        found = [one(value) for one in answers]
        if True in found:
            return True
        return False if False in found else found[0]

    return answer


def not_among(constants: tuple[Scalar, ...]) -> Answer:
    """Whether a value is none of the constants."""
    within = among(constants)

    def answer(value: Value) -> bool | Unknown:
        found = within(value)
        return found if isinstance(found, Unknown) else not found

    return answer


def compared(holds: Callable[[float], bool]) -> Answer:
    """Whether a number is as ``holds`` wants it."""
    return _then(number, holds)


def matching(pattern: str) -> Answer:
    """Whether the whole of a text matches a regular expression."""
    matched = re.compile(pattern).fullmatch
    return _then(text, lambda value: matched(value) is not None)


def shape(pattern: str, otherwise: str) -> Check:
    """PASS where a text is of a form, or there is one that only the deployment will tell."""
    matches = scalar(matching(pattern), otherwise)

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        given = isinstance(value, Unknown) and value.filled
        return PASS if given else matches(value, at, scene)

    return check


def presence(wanted: bool, otherwise: str) -> Check:
    """Whether there is a value; an empty text, list or object is none."""
    reason = otherwise or ("is not set" if wanted else "is set")

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        if isinstance(value, Unknown) and not value.filled:
            return unknown(value, at)
        there = isinstance(value, Unknown) or (value is not None and value not in ("", [], {}, ()))
        if there is wanted:
            return PASS
        return fail(reason if otherwise else f"{at.rpartition('.')[2]} {reason}", at)

    return check


def unwritten(otherwise: str) -> Check:
    """PASS where a secret is not written down: absent, empty, given at deployment, or looked up then."""

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        if isinstance(value, Unknown):
            return PASS if value.unwritten else unknown(value, at)
        return PASS if value in (None, "", [], {}) else fail(otherwise or "a secret stands in plain text", at)

    return check
