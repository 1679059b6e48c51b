"""What may be asked of one field of a request, and whether several such tests can hold together.

A field is a condition key, or one of the pseudo keys ``@resource``, ``@service`` … A ``Test`` is one operator on it,
already free of policy variables; its negation is a Test again, so that a Deny can be turned round. ``Values`` are the
values that pass: strings by patterns, numbers, times and addresses by intervals. ``solution`` gives values that pass
all tests of one field, () for *absent*, None when there are none.

A key with one value makes "every value" and "some value" the same; a key that may hold several keeps them apart.
Numbers, times and addresses are taken to be well formed, Boolean keys to hold ``true`` or ``false``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

from bastide.iam.quantities import EPOCH, number, seconds
from bastide.prove.symbolic.actions import has_many_values
from bastide.prove.symbolic.intervals import EVERY_ADDRESS, EVERY_NUMBER, Intervals, address, address_number
from bastide.prove.symbolic.meeting import Union, leaves, may_meet
from bastide.prove.symbolic.pattern import Pattern, exact, glob
from bastide.prove.symbolic.search import NotDecided, exists, find
from bastide.prove.symbolic.tokens import lazy

STRING, NUMBER, DATE, ADDRESS = "string", "number", "date", "address"
RESOURCE = "@resource"  # the one field that no request lacks
BOOLEANS = ("false", "true")
# Global keys that may hold several values. Source: IAM User Guide, "AWS global condition context keys", value type.
MANY = frozenset({
    "aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist", "aws:resourceorgpaths",
    "aws:sourceorgpaths", "aws:tagkeys", "aws:vpceorgpaths",
})  # fmt: skip


@dataclass(frozen=True)
class Strings:
    """Values in one of ``patterns``, or with ``inside`` off, in none; ``booleans``: of a key that is true or false."""

    patterns: Union
    inside: bool = True
    booleans: bool = False

    kind = STRING

    def negated(self) -> Strings:
        """All other values."""
        if self.booleans:
            held = {pattern.text for pattern in self.patterns}
            return replace(self, patterns=tuple(exact(one) for one in BOOLEANS if one not in held))
        return replace(self, inside=not self.inside)

    def matches(self, value: str) -> bool:
        """Whether a value is among them."""
        return any(pattern.matches(value) for pattern in self.patterns) == self.inside


@dataclass(frozen=True)
class Numbers:
    """Values in a set of numbers; ``kind`` says what the numbers stand for: number, date (seconds) or address."""

    kind: str
    numbers: Intervals

    def negated(self) -> Numbers:
        """All other values of the kind."""
        every = EVERY_ADDRESS if self.kind == ADDRESS else EVERY_NUMBER
        return replace(self, numbers=every - self.numbers)

    def matches(self, value: str) -> bool:
        """Whether a value is among them."""
        number = parse_number(self.kind, value)
        return number is not None and number in self.numbers


Values = Strings | Numbers
ANYTHING = Strings((), inside=False)
SOMETHING = Strings((exact(""),), inside=False)  # an empty text is a null data set
NOTHING = Strings(())


@dataclass(frozen=True)
class Test:
    """One test of a field. ``every``: all values of the request must pass, else one; ``absent``: an absent key passes.

    ``set_operator``: it was written with ForAllValues or ForAnyValue, so the key may hold several values.
    """

    __test__ = False  # pytest would collect it

    key: str
    values: Values
    every: bool = False
    absent: bool = False
    set_operator: bool = False

    def __hash__(self) -> int:
        return self._hash

    @lazy
    def _hash(self) -> int:
        return hash((self.key, self.values, self.every, self.absent))

    @lazy
    def negated(self) -> Test:
        """The test that holds exactly when this one does not."""
        return Test(self.key, self.values.negated(), not self.every, not self.absent, self.set_operator)

    def holds(self, values: tuple[str, ...]) -> bool:
        """Whether it holds for the values of a request, () being absent."""
        if not values:
            return self.absent
        return (all if self.every else any)(self.values.matches(value) for value in values)


def pinned(key: str, *values: str) -> Test:
    """The key is present and has one of the values."""
    return Test(key, Strings(tuple(exact(value) for value in values)))


def within(key: str, *patterns: str) -> Test:
    """The key is present and matches one of the patterns."""
    return Test(key, Strings(tuple(glob(pattern) for pattern in patterns)))


def absent(key: str) -> Test:
    """The key is absent."""
    return Test(key, NOTHING, absent=True)


def present(key: str) -> Test:
    """The key is present, whatever its value."""
    return Test(key, ANYTHING, every=True)


@lru_cache(maxsize=262_144)
def solution(tests: frozenset[Test]) -> tuple[str, ...] | None:
    """Values of one field that pass all tests of it: () when absent does, None when nothing does.

    Raises:
        NotDecided: too many patterns, or kinds of values that are mixed on one key.
    """
    if all(test.absent and test.key != RESOURCE for test in tests):
        return ()
    value = _value([test.values for test in tests])
    if value is not None:
        return (value,)
    if not may_have_many(tests):
        return None
    common = [test.values for test in tests if test.every]
    some = [test.values for test in tests if not test.every]
    found = [_value([*common, values]) for values in some] or [_value(common)]
    return None if None in found else tuple(dict.fromkeys(one for one in found if one is not None))


@lru_cache(maxsize=262_144)
def possible(tests: frozenset[Test]) -> bool:
    """Whether there is a ``solution``; cheaper where only strings are asked for. Raises as ``solution``."""
    if all(isinstance(test.values, Strings) for test in tests) and not all(test.absent for test in tests):
        required, excluded = _terms([test.values for test in tests if isinstance(test.values, Strings)])
        if exists(required, excluded):
            return True
    return solution(tests) is not None


def can_hold(held: frozenset[Test], test: Test) -> bool:
    """``possible`` of a test beside those that hold already; quicker where two sets of patterns tell. Raises as it."""
    if len(held) < 2 and isinstance(test.values, Strings):
        seen = _seen(held, test, test.values)
        if seen is not None:
            return seen
    return possible(held | {test})


def _seen(held: frozenset[Test], test: Test, wanted: Strings) -> bool | None:
    """Whether a test can hold, where that is seen without a search; None where it is not."""
    if not held:
        return True if wanted.inside and wanted.patterns else None
    (one,) = held
    if not isinstance(one.values, Strings) or not one.values.inside:
        return None
    found = may_meet if wanted.inside else leaves
    seen = found(one.values.patterns, wanted.patterns)
    if seen is False and ((one.absent and test.absent and test.key != RESOURCE) or may_have_many((one, test))):
        return None
    return seen


def may_have_many(tests: Iterable[Test]) -> bool:
    """Whether the field that the tests are about may hold several values."""
    for test in tests:
        if test.key in MANY or (
            not test.key.startswith(("aws:", "@")) and (test.set_operator or has_many_values(test.key))
        ):
            return True
    return False


def _value(wanted: list[Values]) -> str | None:
    """One value that is in all sets."""
    strings = [values for values in wanted if isinstance(values, Strings)]
    numbers = [values for values in wanted if isinstance(values, Numbers)]
    if not numbers:
        return _string(strings)
    listed = [values for values in strings if values.inside and all(one.is_literal for one in values.patterns)]
    if listed:
        few = literals(min(listed, key=lambda values: len(values.patterns)).patterns)
        return next((value for value in few if all(values.matches(value) for values in wanted)), None)
    kinds = {values.kind for values in numbers}
    left = EVERY_ADDRESS if kinds == {ADDRESS} else EVERY_NUMBER
    for values in numbers:
        left &= values.numbers
    number = left.witness()
    if number is None:
        return None
    guesses = [written(kind, number) for kind in sorted(kinds)]
    real = [values for values in strings if values not in (ANYTHING, SOMETHING)]
    guesses += [value] if real and (value := _string(strings)) else []
    for guess in guesses:
        if all(values.matches(guess) for values in wanted):
            return guess
    if len(kinds) == 1 and not real:
        return written(min(kinds), number)
    raise NotDecided("operators of different types test one key")


def _string(wanted: list[Strings]) -> str | None:
    return find(*_terms(wanted))


def _terms(wanted: list[Strings]) -> tuple[tuple[Union, ...], frozenset[Pattern]]:
    required = tuple(values.patterns for values in wanted if values.inside)
    excluded = frozenset(pattern for values in wanted if not values.inside for pattern in values.patterns)
    return required, excluded


def parse_number(kind: str, text: str) -> Decimal | None:
    """The number that a value of that kind stands for; None when it is not well formed."""
    if kind == ADDRESS:
        return address_number(text)
    return seconds(text) if kind == DATE else number(text)


def written(kind: str, number: Decimal) -> str:
    """A number as a value of its kind."""
    if kind == ADDRESS:
        return address(number)
    whole = number == number.to_integral_value()
    if kind == DATE and whole and 0 <= number < 1 << 36:
        return (EPOCH + timedelta(seconds=int(number))).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(int(number)) if whole else str(number)


def literals(patterns: Iterable[Pattern]) -> tuple[str, ...]:
    """Texts of the patterns that are one value each."""
    return tuple(pattern.instance("") for pattern in patterns if pattern.is_literal)
