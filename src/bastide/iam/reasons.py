"""Why a request was decided as it was: what every layer said, and the smallest change that would allow it.

The one idea: a judge hears everybody. Each binding layer is asked again, this time for all statements that matched and
for those that nearly did (one test failed), and each layer that stands in the way names its own cure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from bastide.iam import services
from bastide.iam.conditions import imprecise, satisfied
from bastide.iam.hearing import PARTITION, Hearing
from bastide.iam.kms import granted
from bastide.iam.layers import Layer, Rule
from bastide.iam.question import Question
from bastide.iam.s3 import acl_allows

NO_PERMISSION, ROOT_USER = "needs no permission", "root user"  # causes that are no layer

MATCHED_SHOWN = 5  # statements of one layer; more are counted
NEAR_SHOWN = 3
NAMES = {
    "scp": "service control policies", "rcp": "resource control policies", "endpoint": "the VPC endpoint policy",
    "resource": "the resource's policy", "identity": "identity policies", "boundary": "the permissions boundary",
    "session": "the session policy",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What one statement said. ``lacks``: the tests that failed; empty for one that matched."""

    document: int
    statement: int
    effect: str
    sid: str = ""
    position: str = ""
    lacks: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; empty members left out."""
        found = {
            "document": self.document, "statement": self.statement, "sid": self.sid, "effect": self.effect,
            "position": self.position, "lacks": list(self.lacks),
        }  # fmt: skip
        return {name: value for name, value in found.items() if value not in ("", [])}


@dataclass(frozen=True, slots=True)
class Reason:
    """What one layer said: ``outcome`` is deny, allow, silent or (of AWS's own rules) rule."""

    policy: str
    outcome: str
    text: str
    decisive: bool = False
    level: int | None = None
    said: tuple[Said, ...] = ()
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; empty members left out."""
        found: dict[str, Any] = {"policy": self.policy, "outcome": self.outcome, "text": self.text}
        if self.level is not None:
            found["level"] = self.level
        if self.decisive:
            found["decisive"] = True
        if self.said:
            found["statements"] = [one.as_json() for one in self.said]
        return found | ({"fix": self.fix} if self.fix else {})


def explain(hearing: Hearing, allowed: bool, cause: str, level: int | None = None) -> tuple[Reason, ...]:
    """The reasons of a decision, in AWS's order; ``cause`` and ``level`` name the layer that decided."""
    if cause == NO_PERMISSION:
        return (Reason("aws", "rule", f"{hearing.request.action} needs no permission, and no policy stops it", True),)
    blocking = set() if allowed else _blocking(hearing)
    found = list(_exemptions(hearing))
    for layer in hearing.binding():
        place = (layer.kind, layer.level)
        said = _layer(layer, hearing, decisive=place == (cause, level), blocks=place in blocking)
        found.append(said if not allowed or said.outcome == "allow" else replace(said, decisive=False))
    found += _absent(hearing, allowed, cause, blocking, {reason.policy for reason in found})
    return (*found, *_other_grants(hearing, decisive=allowed and not any(reason.decisive for reason in found)))


def _other_grants(hearing: Hearing, *, decisive: bool) -> Iterator[Reason]:
    """What grants on the resource's side beside its policy."""
    policies = hearing.layers.policies
    if policies.grants and granted(policies.grants, hearing):
        yield Reason("grant", "allow", "a grant of the key allows it", decisive)
    if policies.bucket is not None and acl_allows(policies.bucket, hearing):
        yield Reason("acl", "allow", "the access control list allows it", decisive)


def _layer(layer: Layer, hearing: Hearing, *, decisive: bool, blocks: bool) -> Reason:
    """What one layer said."""
    denies: list[Rule] = []
    allows: list[Rule] = []
    near: list[tuple[Rule, list[str]]] = []
    for rule in layer.rules:
        lacks = _lacks(rule, hearing)
        if lacks:
            near += [(rule, lacks)] if len(lacks) == 1 and rule.statement.effect == "Allow" else []
        else:
            (denies if rule.statement.effect == "Deny" else allows).append(rule)
    outcome = "deny" if denies else "allow" if allows else "silent"
    said = [_said(rule) for rule in (denies or allows)[:MATCHED_SHOWN]]
    if outcome == "silent":
        said = [_said(rule, lacks) for rule, lacks in near[:NEAR_SHOWN]]
    fix = _fix(layer.kind, layer.level, denies, hearing) if denies or blocks else ""
    return Reason(layer.kind, outcome, _text(layer, denies, allows, hearing), decisive, layer.level, tuple(said), fix)


def _text(layer: Layer, denies: list[Rule], allows: list[Rule], question: Question) -> str:
    where = NAMES[layer.kind] + ("" if layer.level is None else f" at level {layer.level}")
    if denies:
        return f"{where}: {_list(denies)} denies it explicitly"
    if not allows:
        return f"{where}: nothing allows it" if layer.kind != "rcp" else f"{where}: nothing denies it"
    unclear = sorted({key for rule in allows for key in imprecise(rule.statement.condition, question.keys)})
    note = f"; several values of {', '.join(unclear)} without ForAllValues or ForAnyValue" if unclear else ""
    return f"{where}: {_list(allows)} allows it{note}"


def _list(rules: list[Rule]) -> str:
    names = [_rule_name(rule) for rule in rules[:3]]
    return ", ".join(names) + (f" and {len(rules) - 3} more" if len(rules) > 3 else "")


def _rule_name(rule: Rule) -> str:
    """A statement as people find it: its Sid or number, and the policy that holds it where that has a name."""
    statement = rule.statement
    which = statement.sid or f"statement {rule.index}"
    return f"{which} of {statement.position.file or f'document {rule.document}'}"


def _said(rule: Rule, lacks: Iterable[str] = ()) -> Said:
    statement = rule.statement
    position = str(statement.position) if statement.position.line else ""
    return Said(rule.document, rule.index, statement.effect, statement.sid, position, tuple(lacks))


def _lacks(rule: Rule, question: Question) -> list[str]:
    """The tests of a statement that the request fails, in words; at most one for each element or condition key."""
    found = []
    if not rule.action(question.action):
        found.append(f"action {question.request.action}")
    if rule.resource is not None and not rule.resource(question.resource, question.keys):
        found.append(f"resource {question.resource}")
    if rule.names is not None and not rule.names(question.caller):
        found.append(f"principal {principal_text(question)}")
    if rule.condition is not None and not rule.condition(question.keys):
        found += _failed_tests(rule, question)
    return found


def _failed_tests(rule: Rule, question: Question) -> Iterator[str]:
    for name, tests in rule.statement.condition.items():
        for key, wanted in tests.items():
            found = question.keys.get(key.lower(), ())
            if not satisfied(name, wanted, found, question.keys, variables=rule.variables):
                has = f"the request has {_values(found)}" if found else "the request lacks the key"
                yield f"condition {name} {key} {_values(wanted)}: {has}"


def _values(values: Iterable[str]) -> str:
    shown = [value if len(value) <= 80 else f"{value[:77]}…" for value in values]
    return ", ".join(shown[:5]) + (" …" if len(shown) > 5 else "")


def principal_text(question: Question) -> str:
    """The caller as a policy would name it."""
    caller = question.request.principal
    return caller.session or caller.arn or caller.service or caller.federated or caller.canonical or "anonymous"


def _blocking(hearing: Hearing) -> set[tuple[str, int | None]]:
    """Every layer that would have to allow and does not, not only the first."""
    layers = hearing.layers
    found: set[tuple[str, int | None]] = set()
    if hearing.scp_binds():
        found |= {("scp", one.level) for one in layers.scp if not hearing.allows(one)}
    if not hearing.allows(layers.endpoint):
        found.add(("endpoint", None))
    return found | {(kind, None) for kind in hearing.missing_grants(hearing.strength())}


def _fix(kind: str, level: int | None, denies: list[Rule], question: Question) -> str:
    """The smallest change of one layer that lets the request pass it."""
    what = f"{question.request.action} on {question.resource}"
    where = NAMES[kind] + ("" if level is None else f" at level {level}")
    if denies:
        return f"in {where}, remove {_list(denies)}, or except this request from it"
    if kind == "scp":
        return f"attach at level {level} a service control policy that allows {what}"
    if kind == "identity":
        return f"add Allow {what} to an identity policy of {principal_text(question)}"
    if kind == "resource":
        return f"add Allow {what} for {principal_text(question)} to the resource's policy"
    return f"add Allow {what} to {where}"


def _absent(
    hearing: Hearing, allowed: bool, cause: str, blocking: set[tuple[str, int | None]], heard: set[str]
) -> list[Reason]:
    """Layers that should have spoken and are not there, and AWS's own rules."""
    if cause == ROOT_USER:
        text = "the root user has full access" if allowed else "the root user may not assume a role"
        return [Reason("aws", "rule", text, True, fix="" if allowed else "call as a user or role")]
    if (PARTITION, None) in blocking:
        text = f"no request crosses partitions, from {principal_text(hearing)} to {hearing.resource}"
        return [Reason("aws", "rule", text, cause == PARTITION, fix="name caller and resource in one partition")]
    found = []
    for kind in sorted(kind for kind, _ in blocking if kind not in heard):
        text = f"there is no {NAMES[kind].removeprefix('the ')}, and one would have to allow it"
        found.append(Reason(kind, "silent", text, cause == kind, fix=_fix(kind, None, [], hearing)))
    return found


def _exemptions(hearing: Hearing) -> Iterator[Reason]:
    """Organization policies that are there and do not bind, and why."""
    layers = hearing.layers
    if layers.scp and not hearing.scp_binds():
        yield Reason("scp", "exempt", "service control policies do not bind this caller")
    if layers.rcp and not hearing.rcp_binds():
        why = "this request" if services.has_rcps(hearing.action) else "this service"
        yield Reason("rcp", "exempt", f"resource control policies do not bind {why}")
