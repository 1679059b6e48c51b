"""A CEL expression as a control's decision.

The one idea: what could not be read never reaches the expression. The paths that it reads are known beforehand
(``expression``); an ``Unknown`` on, above or beneath one of them makes the verdict UNKNOWN before anything is
evaluated, even where the rest would have decided. CEL has no loops but those over lists, so its work is bounded by the
sizes of the lists it goes through: more than ``MAX_STEPS`` is UNKNOWN too, the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cel

from bastide.controls.neighbours import beside
from bastide.declare.own_controls.expression import ELEMENT, Path, Reading, by_root, read_expression
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, not_applicable, unknown

MAX_STEPS = 1_000_000
MAX_GROWTH = 1_000  # times the size of what an expression reads
NEIGHBOURS = "related()"
VARIABLES = ("properties", "resource", "tags", "organization")
REFUSALS = (LookupError, TypeError, ValueError, RuntimeError, OverflowError)  # what the CEL library raises


@dataclass(frozen=True)
class Expression:
    """A compiled CEL expression and what it reads."""

    text: str
    program: Any
    reading: Reading

    @classmethod
    def of(cls, text: str) -> Expression:
        """The expression of a text.

        Raises:
            ValueError: it is not CEL.
        """
        return cls(text, cel.compile(text), read_expression(text))

    @cached_property
    def properties(self) -> Mapping[Path, bool]:
        """Property paths that are read, and whether only their presence or elements are asked."""
        return by_root(self.reading.references, "properties")

    @cached_property
    def roots(self) -> frozenset[str]:
        """The variables that are read."""
        return frozenset(reference.path[0] for reference in self.reading.references)

    def unread(self, resource: Resource) -> tuple[Unknown, str] | None:
        """The first Unknown that the answer would hang on, and its path."""
        for path, shallow in self.properties.items():
            found = unread_at(resource.properties, path, shallow=shallow)
            if found is not None:
                return found, ".".join(part for part in path if part != ELEMENT)
        tags = resource.properties.get("Tags")
        if "tags" in self.roots and (found := unread_at(tags, (), shallow=False)) is not None:
            return found, "Tags"
        return None


def unread_at(value: Value, path: Path, *, shallow: bool) -> Unknown | None:
    """The first Unknown on the way along a path, or beneath its end unless ``shallow``."""
    if isinstance(value, Unknown):
        return value
    if not path:
        return None if shallow else next(_beneath(value), None)
    first, rest = path[0], path[1:]
    if first == ELEMENT and isinstance(value, list | tuple):
        inner: list[Value] = list(value)
    elif first == ELEMENT and isinstance(value, Mapping):
        inner = list(value.values())
    else:
        inner = [value.get(first)] if isinstance(value, Mapping) else []
    return next((found for one in inner if (found := unread_at(one, rest, shallow=shallow)) is not None), None)


def _beneath(value: Value) -> Iterator[Unknown]:
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, Mapping | list | tuple):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _beneath(one)


def decision(check: Expression, when: Expression | None, message: str) -> Callable[[Resource, Estate], Verdict]:
    """``(resource, estate) -> Verdict``: NOT_APPLICABLE where ``when`` is false, FAIL where ``check`` is."""
    path = next((".".join(part for part in one if part != ELEMENT) for one in check.properties), "")

    def decide(resource: Resource, estate: Estate) -> Verdict:
        if when is not None:
            asked = evaluated(when, resource, estate)
            if isinstance(asked, Verdict):
                return asked
            if not asked:
                return not_applicable(f"not the case: {when.text}")
        answer = evaluated(check, resource, estate)
        if isinstance(answer, Verdict):
            return answer
        return PASS if answer else fail(message, path)

    return decide


def evaluated(expression: Expression, resource: Resource, estate: Estate) -> bool | Verdict:
    """The answer of an expression about a resource; a Verdict, UNKNOWN, where it has none."""
    unread = expression.unread(resource)
    if unread is not None:
        return unknown(*unread)
    context = _context(expression, resource, estate)
    if isinstance(context, Verdict):
        return context
    if _steps(expression.reading, context) > MAX_STEPS or expression.reading.growth > MAX_GROWTH:
        return unknown(f"the expression would take more than {MAX_STEPS:,} steps on this resource")
    try:
        answer = expression.program.execute(context)
    except REFUSALS as error:
        return unknown(f"the expression has no answer: {_said(error)}")
    if not isinstance(answer, bool):
        return unknown(f"the expression gives {type(answer).__name__}, not true or false")
    return answer


def _steps(reading: Reading, context: Mapping[str, Any]) -> int:
    """How often the innermost part of an expression may be gone through, times how often it may repeat a value."""
    if reading.loops < 2 and reading.growth == 1:
        return 0
    return int(max(_longest(context), reading.longest) ** reading.loops * reading.growth)


def _said(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is absent; ask has(…) first"
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _context(expression: Expression, resource: Resource, estate: Estate) -> dict[str, Any] | Verdict:
    """The variables that the expression reads, without what could not be read; UNKNOWN when a neighbour could not."""
    names = {path[0] for path in expression.properties if path} or set(resource.properties)
    found: dict[str, Any] = {"properties": {n: plain(v) for n, v in resource.properties.items() if n in names}}
    if "tags" in expression.roots:
        found["tags"] = resource.tags
    if "resource" in expression.roots:
        found["resource"] = described(resource, estate)
    if "organization" in expression.roots:
        found["organization"] = _organization(estate)
    neighbours: dict[tuple[str, str], list[Any]] = {}
    for kind, path in expression.reading.related:
        answer = _neighbours(expression, resource, estate, kind, path)
        if isinstance(answer, Verdict):
            return answer
        neighbours[kind, path] = answer
    if neighbours:
        found[NEIGHBOURS] = list(neighbours.values())  # their size counts; no expression can name them
        found["related"] = lambda kind, path: neighbours[kind, path]
    return found


def _neighbours(
    expression: Expression, resource: Resource, estate: Estate, kind: str, path: str
) -> list[Any] | Verdict:
    members: list[Resource] = []
    for name in dict.fromkeys(name for name in (resource.id, resource.arn) if name):
        found = beside(resource, estate, kind, path, name)
        if isinstance(found, Unknown):
            return unknown(found)
        members += found
    for member in members:
        for read, shallow in by_root(expression.reading.references, f"related {kind}").items():
            unread = unread_at([member.properties], read, shallow=shallow)
            if unread is not None:
                return unknown(unread)
    return [plain(member.properties) for member in members]


def described(resource: Resource, estate: Estate) -> dict[str, Any]:
    """The variable ``resource``: where a resource stands."""
    organization = estate.organization
    return {
        "type": resource.type,
        "account": resource.account,
        "account_name": estate.account_name(resource.account),
        "unit": organization.unit_path(resource.account) if organization else "",
        "region": resource.region,
        "id": resource.id,
        "arn": resource.arn,
        "name": resource.name,
    }


def _organization(estate: Estate) -> dict[str, Any]:
    organization = estate.organization
    if organization is None:
        return {"id": "", "management_account": "", "accounts": []}
    accounts = [one.id for one in organization.accounts]
    return {"id": organization.id, "management_account": organization.management_account, "accounts": accounts}


def plain(value: Value) -> Any:
    """A value as CEL takes it; what could not be read (and is not asked for) is null."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return None if isinstance(value, Unknown) else value


def _longest(value: Any) -> int:
    if isinstance(value, Mapping):
        return max([len(value), *(_longest(one) for one in value.values())])
    if isinstance(value, list):
        return max([len(value), *(_longest(one) for one in value)])
    return 1
