"""Guard files as controls of one's own: each rule, for each resource type that it names.

The one idea: people write Guard about a template's ``Resources``; so each resource is put into such a document, alone
where the rule is about one type, and with all of its account, region and file where it is about several. What failed
inside another resource is that one's failure.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bastide.controls.control import Control
from bastide.declare.templates.registry import known_type
from bastide.errors import InputError
from bastide.guard import Answer, Policy, Rule, evaluate, parse_policy
from bastide.guard.syntax import Key, RuleReference
from bastide.model import PASS, Estate, Resource, Severity, Status, Verdict, fail, not_applicable, unknown
from bastide.standards.custom_policy import parts_of, types_named

SUFFIX = ".guard"
Answers = dict[tuple[str, str, str], Answer]


def guard_controls(path: Path, text: str) -> tuple[Control, ...]:
    """The controls of a Guard file: ``guard-`` and the rule's name, with the type where a rule names several.

    Raises:
        InputError: something in it is not translated, or a rule names no resource type; which and where is said.
    """
    policy = parse_policy(text, str(path))
    made: list[Control] = []
    for rule in policy.rules:
        types = sorted(one for one in _types_of(rule, policy) if known_type(one))
        if not types:
            fix = "compare Type with a type's name"
            raise InputError(f"rule {rule.name} names no resource type", f"{path}:{rule.line}", fix)
        for one in types:
            ending = f"-{one.lower().replace('::', '-')}" if len(types) > 1 else ""
            name = f"guard-{rule.name.lower().replace('_', '-')}{ending}"
            made.append(_control(name, rule, policy, one, tuple(types), f"{path}:{rule.line}"))
    return tuple(made)


def _types_of(rule: Rule, policy: Policy) -> set[str]:
    """The types that a rule names, by itself, by the variables that it uses and by the rules that it refers to."""
    variables, rules = dict(policy.variables), {one.name: one for one in (*policy.rules, *policy.callable_rules)}
    found: set[str] = set()
    waiting: list[Any] = [rule]
    seen: set[str] = set()
    while waiting:
        part = waiting.pop()
        found |= types_named(part)
        for name in _named(part):
            if name not in seen:
                seen.add(name)
                waiting += [held[name] for held in (variables, rules) if name in held]
    return found


def _named(part: Any) -> Iterator[str]:
    for one in parts_of(part):
        if isinstance(one, RuleReference) or (isinstance(one, Key) and one.variable):
            yield one.name


def _control(name: str, rule: Rule, policy: Policy, kind: str, types: tuple[str, ...], where: str) -> Control:
    last: list[tuple[weakref.ref[Estate], Answers]] = []  # the answers of the estate that was asked about last
    alone = Policy((rule, *(one for one in policy.rules if one is not rule)), policy.variables, policy.callable_rules)

    def answer(resource: Resource, estate: Estate) -> Answer:
        if len(types) == 1:
            return evaluate(alone, _document([resource]))[rule.name]
        if not last or last[0][0]() is not estate:
            last[:] = [(weakref.ref(estate), {})]
        answers = last[0][1]
        place = (resource.account, resource.region, resource.origin.file)
        if place not in answers:
            answers[place] = evaluate(alone, _document(_beside(resource, estate, types)))[rule.name]
        return answers[place]

    def decide(resource: Resource, estate: Estate) -> Verdict:
        return _verdict(answer(resource, estate), resource)

    return Control(
        id=name,
        title=f"Guard rule {rule.name}",
        resource_type=kind,
        severity=Severity.MEDIUM,
        maps_to=(),
        source=where,
        remediation=f"See the rule: {where}.",
        decide=decide,
        relational=True,
        reads=tuple(one for one in types if one != kind),
    )


def _beside(resource: Resource, estate: Estate, types: Iterable[str]) -> list[Resource]:
    """Resources of the types in the same account, region and file."""
    found = (one for kind in types for one in estate.in_place(kind, resource.account, resource.region))
    return [one for one in found if one.origin.file == resource.origin.file]


def _document(resources: Iterable[Resource]) -> Mapping[str, Any]:
    """The resources as a template holds them."""
    return {"Resources": {one.id: {"Type": one.type, "Properties": dict(one.properties)} for one in resources}}


def _verdict(answer: Answer, resource: Resource) -> Verdict:
    """The verdict on one resource: what failed in another one is not its own failure."""
    own = [note for note in answer.notes if note.path[:2] == ("Resources", resource.id)]
    apart = [note for note in answer.notes if note.path[:1] != ("Resources",) or len(note.path) < 2]
    notes = own or apart
    if answer.status is Status.FAIL and notes:
        path = ".".join(notes[0].path[3:]) if notes[0].path[2:3] == ("Properties",) else ""
        return fail(f"{notes[0].message or notes[0].reason} (line {notes[0].line})", path)
    if answer.status is Status.UNKNOWN:
        note = next(iter(notes or answer.notes), None)
        return unknown(f"{note.reason} (line {note.line})" if note else "the rule is undecided")
    return not_applicable("the rule skips it") if answer.status is Status.NOT_APPLICABLE else PASS
