"""Custom policy rules of AWS Config: a Guard policy as controls, one for each resource type that it is about.

The one idea: Config asks a policy about one configuration item: any rule of it that fails makes the resource
NON_COMPLIANT, and where all are skipped it is NOT_APPLICABLE. A policy that is not translated is judged by
``cfn-guard`` where that is installed; else by nobody, and why is said.
Source: AWS Config Developer Guide, "AWS Config Custom Policy Rules"; AWS Config API Reference, CustomPolicyDetails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from bastide.controls import Control
from bastide.errors import InputError
from bastide.guard import Answer, Policy, answer_of, evaluate, parse_policy
from bastide.guard.syntax import Clause, Key, Literal, TypeBlock
from bastide.model import PASS, Resource, Severity, Status, Unknown, Verdict, fail, not_applicable, unknown
from bastide.model.unknown import unknowns_in
from bastide.standards.configuration_item import RECORDED_AS, configuration_item

External = Callable[[str, Mapping[str, Any]], Answer]  # cfn-guard: a policy and a document to what it says
TYPE_KEYS = frozenset({"resourceType", "Type"})
PARAMETERS = "how AWS Config gives InputParameters to a Guard policy is not documented"
REGISTRY_TYPES = {recorded: kind for kind, recorded in RECORDED_AS.items()}


def policy_controls(
    name: str, text: str, types: tuple[str, ...], parameters: Mapping[str, str], external: External | None = None
) -> tuple[tuple[Control, ...], str]:
    """The controls of a custom policy rule, or none and why. ``types``: its scope, as AWS Config names types."""
    if parameters:
        return (), PARAMETERS
    refused, policy = "", None
    try:
        policy = _parsed(text, f"the policy of {name}")
    except InputError as wrong:
        refused = f"its Guard policy is not translated: {wrong.problems[0].where}: {wrong.what}"
    if policy is None and external is None:
        return (), refused
    about = types or (tuple(sorted(types_named(policy))) if policy else ())
    if not about:
        return (), "neither its scope nor its policy names a resource type"
    answer = _judged_here(policy) if policy else _judged_outside(text, external)
    return tuple(_control(name, text, REGISTRY_TYPES.get(one, one), answer) for one in about), ""


@cache
def _parsed(text: str, name: str) -> Policy:
    return parse_policy(text, name)


def _judged_here(policy: Policy) -> Callable[[Resource], Answer]:
    return lambda resource: answer_of(evaluate(policy, configuration_item(resource)).values())


def _judged_outside(text: str, external: External | None) -> Callable[[Resource], Answer]:
    def answer(resource: Resource) -> Answer:
        assert external is not None
        item = configuration_item(resource)
        unread = unknowns_in(item)
        if unread or resource.recorded is None:
            raise Undetermined(unread[0] if unread else Unknown("only what AWS Config recorded is given to cfn-guard"))
        return external(text, item)

    return answer


class Undetermined(Exception):
    """A resource that cfn-guard cannot be asked about; the argument is the Unknown that says why."""


def _control(name: str, text: str, resource_type: str, answer: Callable[[Resource], Answer]) -> Control:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def decide(resource: Resource) -> Verdict:
        try:
            return _verdict(answer(resource))
        except Undetermined as unread:
            return unknown(unread.args[0])

    return Control(
        id=f"{name}-{digest}-{resource_type.lower().replace('::', '-')}",
        title=f"Custom policy rule {name}",
        resource_type=resource_type,
        severity=Severity.MEDIUM,
        maps_to=(),
        source="the rule's own Guard policy",
        remediation="See the policy of the rule.",
        decide=decide,
        relational=False,
    )


def _verdict(answer: Answer) -> Verdict:
    note = answer.notes[0] if answer.notes else None
    path = ".".join(note.path[1:]) if note and note.path[:1] == ("configuration",) else ""
    told = f"{note.message or note.reason} (line {note.line} of the policy)" if note else ""
    if answer.status is Status.FAIL:
        return fail(told or "its policy fails", path)
    if answer.status is Status.UNKNOWN:
        return unknown(f"{note.reason} (line {note.line} of the policy)" if note else "its policy is undecided", path)
    return PASS if answer.status is Status.PASS else not_applicable("no rule of the policy applies")


def types_named(policy: Any) -> set[str]:
    """Resource types that a policy compares ``resourceType`` or ``Type`` with, or has blocks of."""
    found: set[str] = set()
    for one in parts_of(policy):
        if isinstance(one, TypeBlock):
            found.add(one.type)
        elif isinstance(one, Clause) and isinstance(one.against, Literal) and _is_type(one):
            value = one.against.value
            found.update(each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))
    return found


def _is_type(clause: Clause) -> bool:
    last = clause.query.parts[-1]
    plain = clause.operator in ("==", "in") and not clause.negated and not clause.inverse
    return plain and isinstance(last, Key) and last.name in TYPE_KEYS


def parts_of(value: Any) -> Iterator[Any]:
    """Everything that a policy is made of."""
    if isinstance(value, tuple):
        for one in value:
            yield from parts_of(one)
    elif is_dataclass(value):
        yield value
        for one in fields(value):
            yield from parts_of(getattr(value, one.name))
