"""A condition as a function: from a value, its path and the scene to a Verdict.

The one idea: everything that does not hang on the resource is done once (paths split, sets made, patterns compiled,
reasons written), and each answer has three values. An Unknown decides nothing by itself: what fails or passes whatever
it might be, fails or passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bastide.controls import scalars
from bastide.controls.check import Check, Scene
from bastide.controls.condition import Condition, Reference, Scalar
from bastide.controls.elements import any_element, counted, every_element, including, no_element
from bastide.controls.lookup import placer, reader
from bastide.model import PASS, Status, Value, Verdict, fail

Values = Mapping[str, Value]
Relate = Callable[[Condition, Values], Check]


def compile_condition(condition: Condition, values: Values, relate: Relate) -> Check:
    """The function of a condition, with the parameters' ``values``; ``relate`` makes the one of a ``related``."""

    def compiled(inner: Condition) -> Check:
        return compile_condition(inner, values, relate)

    if condition.related is not None:
        return relate(condition, values)
    if condition.all_of:
        check = every_of(tuple(map(compiled, condition.all_of)))
    elif condition.any_of:
        check = some_of(tuple(map(compiled, condition.any_of)), condition.otherwise)
    elif condition.not_ is not None:
        check = negated(compiled(condition.not_), condition.otherwise or "what is excluded holds", condition.not_)
    else:
        check = every_of(_operators(condition, values, compiled))
    return at_property(condition, check) if condition.property else check


def at_property(condition: Condition, check: Check) -> Check:
    """The check, of a property of the value instead of the value itself."""
    path, default = condition.property, condition.default
    read, place = reader(path), placer(path)
    chosen = "[" in path

    def of_property(value: Value, at: str, scene: Scene) -> Verdict:
        found = read(value)
        if found is None:
            found = default
        where = place(value) if chosen else path
        return check(found, f"{at}.{where}" if at else where, scene)

    return of_property


def every_of(checks: tuple[Check, ...]) -> Check:
    """The first FAIL, else the first UNKNOWN, else PASS."""
    if len(checks) == 1:
        return checks[0]

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        answer = PASS
        for one in checks:
            verdict = one(value, at, scene)
            if verdict.status is Status.FAIL:
                return verdict
            if answer is PASS and verdict.status is Status.UNKNOWN:
                answer = verdict
        return answer

    return check


def some_of(checks: tuple[Check, ...], otherwise: str) -> Check:
    """PASS when one passes, else the first UNKNOWN, else the first FAIL, for the reason ``otherwise`` if given."""

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        doubt = failed = None
        for one in checks:
            verdict = one(value, at, scene)
            if verdict.status is Status.PASS:
                return PASS
            if verdict.status is Status.UNKNOWN:
                doubt = doubt or verdict
            else:
                failed = failed or verdict
        if doubt is not None:
            return doubt
        assert failed is not None  # there is at least one check, and it neither passed nor was unknown
        return fail(otherwise, failed.path) if otherwise else failed

    return check


def negated(inner: Check, otherwise: str, condition: Condition) -> Check:
    """FAIL where the inner check passes, PASS where it fails."""
    path = condition.property if "[" not in condition.property else ""

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        verdict = inner(value, at, scene)
        if verdict.status is Status.FAIL:
            return PASS
        return fail(otherwise, ".".join(filter(None, (at, path)))) if verdict.status is Status.PASS else verdict

    return check


def _operators(condition: Condition, values: Values, compiled: Callable[[Condition], Check]) -> tuple[Check, ...]:
    """A check for each operator of a condition; a parameter that is not set asks nothing."""
    otherwise = condition.otherwise
    found = [
        make(constant, otherwise)
        for name, make in OPERATIONS.items()
        if (constant := _known(getattr(condition, name), values)) is not None
    ]
    if condition.any is not None:
        found.append(any_element(compiled(condition.any), otherwise))
    if condition.every is not None:
        found.append(every_element(compiled(condition.every)))
    if condition.none is not None:
        found.append(no_element(compiled(condition.none), otherwise))
    return tuple(found) or (lambda value, at, scene: PASS,)


def _known(value: Value, values: Values) -> Value:
    return values[value.parameter] if isinstance(value, Reference) else value


def _is(constant: Scalar, otherwise: str) -> Check:
    reason = {True: "is off", False: "is on"}[constant] if isinstance(constant, bool) else f"is not {constant}"
    return scalars.scalar(scalars.same(constant), otherwise or reason)


def _one_of(allowed: Value, otherwise: str) -> Check:
    return scalars.scalar(scalars.among(tuple(allowed)), otherwise or f"is not one of {_listed(allowed)}")


def _none_of(refused: Value, otherwise: str) -> Check:
    reason = otherwise or f"is one of {_listed(refused)}"
    return scalars.scalar(scalars.not_among(tuple(refused)), reason, absent=True)


def _at_least(least: float, otherwise: str) -> Check:
    return scalars.scalar(scalars.compared(lambda value: value >= least), otherwise or f"is less than {least}")


def _at_most(most: float, otherwise: str) -> Check:
    return scalars.scalar(scalars.compared(lambda value: value <= most), otherwise or f"is more than {most}")


def _matches(pattern: str, otherwise: str) -> Check:
    return scalars.scalar(scalars.matching(pattern), otherwise or f"is not of the form {pattern}")


def _listed(values: Value) -> str:
    return ", ".join(map(str, values))


OPERATIONS: Mapping[str, Callable[[Value, str], Check]] = {
    "present": scalars.presence,
    "is_": _is,
    "one_of": _one_of,
    "none_of": _none_of,
    "at_least": _at_least,
    "at_most": _at_most,
    "matches": _matches,
    "includes": lambda wanted, otherwise: including(tuple(wanted), otherwise),
    "count_at_least": counted,
}
