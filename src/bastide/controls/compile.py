"""A condition as a function: from a value, its path and the scene to a Verdict.

The one idea: everything that does not hang on the resource is done once (paths split, sets made, patterns compiled,
reasons written), and each answer has three values. An Unknown decides nothing by itself: what fails or passes whatever
it might be, fails or passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bastide.controls import keys, scalars
from bastide.controls.check import NEW, Check, Scene
from bastide.controls.condition import Condition, Reference, Scalar, asks, paths_read
from bastide.controls.elements import any_element, counted, every_element, including, no_element
from bastide.controls.lookup import placer, reader
from bastide.model import PASS, Status, Unknown, Value, Verdict, fail

Values = Mapping[str, Value]
Relate = Callable[[Condition, Values], Check]


def compile_condition(condition: Condition, values: Values, relate: Relate) -> Check:
    """The function of a condition, with the parameters' ``values``; ``relate`` makes the one of a ``related``."""

    def compiled(inner: Condition) -> Check:
        return compile_condition(inner, values, relate)

    if not asks(condition, values):
        return lambda value, at, scene: PASS
    if condition.related is not None:
        return relate(condition, values)
    if condition.all_of:
        check = every_of(tuple(compiled(one) for one in condition.all_of if asks(one, values)))
    elif condition.any_of:
        check = some_of(tuple(compiled(one) for one in condition.any_of if asks(one, values)), condition.otherwise)
    elif condition.not_ is not None:
        check = negated(compiled(condition.not_), condition.otherwise or "what is excluded holds", condition.not_)
    else:
        check = every_of(_operators(condition, values, compiled))
    return at_property(condition, check) if condition.property else check


def at_property(condition: Condition, check: Check) -> Check:
    """The check, of a property of the value instead of the value itself."""
    path, default = condition.property, _default(condition)
    read, place = reader(path), placer(path)
    chosen, unread = "[" in path, Unknown(condition.unread) if condition.unread else None

    def of_property(value: Value, at: str, scene: Scene) -> Verdict:
        found = read(value)
        if found is None:
            found = default if unread is None or scene.resource.origin.source in NEW else unread
        where = place(value) if chosen else path
        return check(found, f"{at}.{where}" if at else where, scene)

    return of_property


def _default(condition: Condition) -> Value:
    """The value that stands for an absent property; Unknown where the file says ``{unknown: why}``."""
    value = condition.default
    return Unknown(str(value["unknown"])) if isinstance(value, Mapping) and set(value) == {"unknown"} else value


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
    path = next((one for one in paths_read(condition) if "*" not in one), "")

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        verdict = inner(value, at, scene)
        if verdict.status is Status.FAIL:
            return PASS
        return fail(otherwise, ".".join(filter(None, (at, path)))) if verdict.status is Status.PASS else verdict

    return check


def _operators(condition: Condition, values: Values, compiled: Callable[[Condition], Check]) -> tuple[Check, ...]:
    """A check for each operator of a condition that asks something."""
    otherwise = condition.otherwise
    found = [
        make(constant, otherwise)
        for name, make in OPERATIONS.items()
        if (constant := _known(getattr(condition, name), values)) is not None
    ]
    if condition.any is not None and asks(condition.any, values):
        found.append(any_element(compiled(condition.any), otherwise))
    if condition.every is not None and asks(condition.every, values):
        found.append(every_element(compiled(condition.every)))
    if condition.none is not None and asks(condition.none, values):
        found.append(no_element(compiled(condition.none), otherwise))
    return tuple(found)


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
    "shaped": lambda pattern, otherwise: scalars.shape(pattern, otherwise or f"is not of the form {pattern}"),
    "includes": lambda wanted, otherwise: including(tuple(wanted), otherwise),
    "count_at_least": counted,
    "plain_text": lambda wanted, otherwise: scalars.unwritten(otherwise),
    "customer_key": keys.customers,
}
