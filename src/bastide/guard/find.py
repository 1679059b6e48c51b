"""What a query finds in a document: values with their paths, what is missing, and what could not be read.

The one idea: a missing member is a finding too (``missing``), since Guard counts it as a failed comparison; what a
filter leaves out is none. Source: cloudformation-guard, guard/src/rules/eval_context.rs; docs/QUERY_AND_FILTERING.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from bastide.guard.compare import Found, compare
from bastide.guard.spelling import looks_alike, other_spelling
from bastide.guard.syntax import (
    AllIndices,
    AllValues,
    Conjunctions,
    Filter,
    Index,
    Key,
    KeyFilter,
    Operand,
    Part,
    This,
)
from bastide.guard.value import Partial, kind_of
from bastide.model import Status, Unknown

MAYBE = "it may not be what is asked for: "  # in the reason of a value that a filter could not decide about


class GuardError(Exception):
    """Where Guard itself stops with an error."""


class Scope(Protocol):
    """Where a query is asked: variables, and clauses judged on a value."""

    def variable(self, name: str) -> list[Found]:
        """What a variable holds. Raises GuardError when there is none of that name."""

    def ask(self, operand: Operand, at: Found) -> list[Found]:
        """What an operand is, with a value as the place where its query begins."""

    def on(self, at: Found) -> Scope:
        """The same place about another value."""

    def judge(self, clauses: Conjunctions) -> tuple[Status, str]:
        """The status of clauses on the value that this is about, and why it is UNKNOWN."""

    def capture(self, name: str, key: str) -> None:
        """Add a key to what a variable holds."""


Parts = tuple[Part, ...]


def find(parts: Parts, at: Found, scope: Scope) -> list[Found]:
    """What the parts of a query find, beginning at a value."""
    first = parts[0]
    if not (isinstance(first, Key) and first.variable):
        return _walk(parts, 0, Found(at.value, at.path), scope)
    # The [*] behind a variable is about what the variable holds, not about the elements of a list that it holds.
    rest = 2 if len(parts) > 1 and isinstance(parts[1], AllIndices) else 1
    made: list[Found] = []
    for one in scope.variable(first.name):
        if one.missing or rest >= len(parts):
            made.append(one)
        else:
            inner = Found(one.value, one.path)
            made += _walk(parts, rest, inner, scope.on(inner))
    return made


def _walk(parts: Parts, place: int, at: Found, scope: Scope) -> list[Found]:
    if place >= len(parts):
        return [Found(at.value, at.path)]
    if at.unread:
        return [at]
    part = parts[place]
    if isinstance(part, This):
        return _walk(parts, place + 1, at, scope)
    if isinstance(part, Key):
        return _member(parts, place, part, at, scope)
    if isinstance(part, Index):
        return _element(parts, place, part.at, at, scope)
    if isinstance(part, AllValues | AllIndices):
        return _all(parts, place, part, at, scope)
    if isinstance(part, Filter):
        return _filtered(parts, place, part, at, scope)
    return _keyed(parts, place, part, at, scope)


def _missing(at: Found, why: str) -> list[Found]:
    return [Found(path=at.path, missing=why)]


def _inner(at: Found, key: str, value: Any) -> Found:
    return Found(value, (*at.path, key), spelling=at.spelling)


def _element(parts: Parts, place: int, index: int, at: Found, scope: Scope) -> list[Found]:
    if not isinstance(at.value, list | tuple):
        return _missing(at, f"there is no element {index}: it is no list")
    if abs(index) >= len(at.value):
        return _missing(at, f"there is no element {index}")
    return _walk(parts, place + 1, _inner(at, str(abs(index)), at.value[abs(index)]), scope)


def _member(parts: Parts, place: int, part: Key, at: Found, scope: Scope) -> list[Found]:
    if part.variable:
        return _members_of_variable(parts, place, part, at, scope)
    if part.name.lstrip("-").isdigit():
        return _element(parts, place, int(part.name), at, scope)
    if not isinstance(at.value, Mapping):
        return _missing(at, f"there is no {part.name}: it is no mapping")
    return _walk_key(parts, place, part.name, at, scope)


def _walk_key(parts: Parts, place: int, name: str, at: Found, scope: Scope) -> list[Found]:
    if name in at.value:
        return _walk(parts, place + 1, _inner(at, name, at.value[name]), scope)
    if isinstance(at.value, Partial):
        known = name in at.value.absent
        return _missing(at, f"there is no {name}") if known else [_inner(at, name, Unknown(at.value.reason))]
    key, spelling = other_spelling(name, at.value, at.spelling)
    if key:
        inner = replace(_inner(at, key, at.value[key]), spelling=spelling)
        return _walk(parts, place + 1, inner, scope)
    alike = "" if at.spelling else looks_alike(name, at.value)
    if alike:
        return [_inner(at, name, Unknown(f"there is no {name}, but {alike}; Guard may take it for the same"))]
    return _missing(at, f"there is no {name}")


def _members_of_variable(parts: Parts, place: int, part: Key, at: Found, scope: Scope) -> list[Found]:
    if not isinstance(at.value, Mapping):
        return _missing(at, f"there is no member named by %{part.name}: it is no mapping")
    made: list[Found] = []
    following = parts[place + 1] if place + 1 < len(parts) else None
    if following is not None and not isinstance(following, AllIndices | Key):
        raise GuardError(f"%{part.name} inside a query is followed by what Guard does not take there")
    for one in scope.variable(part.name):
        if one.missing:
            made += _missing(at, f"the name in %{part.name} is missing: {one.missing}")
        elif one.unread:
            made.append(Found(one.value, at.path))
        else:
            for name in one.value if isinstance(one.value, list | tuple) else [one.value]:
                if not isinstance(name, str):
                    raise GuardError(f"%{part.name} holds a {kind_of(name)}, which is no name")
                found = name in at.value
                made += _walk_key(parts, place, name, at, scope) if found else _missing(at, f"there is no {name}")
    return made


def _all(parts: Parts, place: int, part: AllValues | AllIndices, at: Found, scope: Scope) -> list[Found]:
    value = at.value
    if isinstance(value, list | tuple):
        if not value:
            return _missing(at, "the list is empty")
        inner = [_inner(at, str(number), one) for number, one in enumerate(value)]
        return [found for one in inner for found in _walk(parts, place + 1, one, scope)]
    whole = isinstance(part, AllIndices) and not part.capture
    if not isinstance(value, Mapping) or whole:
        return _walk(parts, place + 1, at, scope)  # one value where a list is taken stands for a list of it
    if not value and not isinstance(value, Partial):
        return _missing(at, "there is nothing in it")
    made: list[Found] = []
    for key, one in value.items():
        if part.capture:
            scope.capture(part.capture, key)
        element = _inner(at, key, one)
        made += _walk(parts, place + 1, element, scope.on(element))
    return made + ([_inner(at, "*", Unknown(value.reason))] if isinstance(value, Partial) else [])


def _filtered(parts: Parts, place: int, part: Filter, at: Found, scope: Scope) -> list[Found]:
    value = at.value
    before = parts[place - 1]
    if isinstance(value, list | tuple):
        inner = [_inner(at, str(number), one) for number, one in enumerate(value)]
        return [one for each in inner for one in _if_judged(parts, place, part, each, scope.on(each), scope)]
    if not isinstance(value, Mapping):
        alone = isinstance(before, AllIndices)
        why = f"a {kind_of(value)} cannot be filtered"
        return _if_judged(parts, place, part, at, scope.on(at), scope) if alone else _missing(at, why)
    if isinstance(before, AllValues | AllIndices):
        # Guard judges these clauses where the query began, not on the element: x[*][ … ] is not x[ … ].
        return _if_judged(parts, place, part, at, scope, scope)
    if not isinstance(before, Key):
        raise GuardError("a filter of a mapping stands behind a name, .* or [*] only")
    inner = [_inner(at, key, one) for key, one in value.items()]
    if isinstance(value, Partial):
        inner.append(_inner(at, "*", Unknown(value.reason)))
    return [one for each in inner for one in _if_judged(parts, place, part, each, scope.on(each), scope.on(each))]


def _if_judged(parts: Parts, place: int, part: Filter, one: Found, on: Scope, scope: Scope) -> list[Found]:
    """The rest of the query from a value whose clauses hold ``on`` a place; one that may be there when that is open."""
    status, why = on.judge(part.clauses)
    if status is Status.UNKNOWN or (one.unread and status is not Status.PASS):
        return [Found(Unknown(MAYBE + (why or one.value.reason)), one.path)]
    if status is not Status.PASS:
        return []
    if part.capture and one.path:
        scope.capture(part.capture, one.path[-1])
    return _walk(parts, place + 1, one, scope)


def _keyed(parts: Parts, place: int, part: KeyFilter, at: Found, scope: Scope) -> list[Found]:
    if not isinstance(at.value, Mapping):
        return _missing(at, "it is no mapping, and has no keys")
    against = scope.ask(part.against, at)
    operator = "in" if part.operator == "==" and len(against) > 1 else part.operator
    made: list[Found] = []
    for key, value in at.value.items():
        results = compare(operator, part.negated, [Found(key, at.path)], against)
        said = {one.status for one in results}
        if said == {Status.PASS}:
            made += _walk(parts, place + 1, _inner(at, key, value), scope)
        elif Status.UNKNOWN in said and Status.FAIL not in said:
            reason = next(one.reason for one in results if one.status is Status.UNKNOWN)
            made.append(_inner(at, key, Unknown(MAYBE + reason)))
    return made + ([_inner(at, "*", Unknown(at.value.reason))] if isinstance(at.value, Partial) else [])
