"""Questions over an estate: may this caller do that, who can do it, what can he do.

The one idea: the same decision, asked again and again. ``allowed`` holds for the request as it is asked;
``conditional`` means that it would be allowed if the request met conditions that it does not meet now (its Allow
statements hold whatever their conditions, conditional Deny statements do not); ``unknown`` that a policy which could
turn the answer around could not be read. Resources are tried at witnesses: a pattern of a policy with its wildcards
filled in. That every resource of a pattern is allowed is for the prover.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from bastide.errors import InputError
from bastide.iam.caller_text import parse_principal
from bastide.iam.estate import Policies
from bastide.iam.evaluator import EXPLICIT, Compiled, Decision
from bastide.iam.in_force import InForce, Unread
from bastide.iam.layers import Layer, Rule, Workshop
from bastide.iam.principals import ENTITY, EVERYONE
from bastide.iam.question import Question
from bastide.iam.request import ANONYMOUS, Principal, Request
from bastide.iam.s3 import AUTHENTICATED
from bastide.iam.s3 import EVERYONE as EVERYBODY
from bastide.iam.variables import fill, has_variables, resource_template
from bastide.iam.wildcards import Wild
from bastide.model import PolicyDocument, Statement

CONDITIONAL, UNKNOWN = "conditional", "unknown"
BENCHES = 4_096
EVERYTHING = PolicyDocument((Statement("Allow", action=("*",), resource=("*",)),))
FILLING = "bastide-any"  # what stands for a star in a witness


@dataclass(frozen=True)
class Ruling:
    """The decision on a request over an estate, and what could not be read of what bears on it."""

    decision: Decision
    request: Request
    unread: tuple[Unread, ...]
    conditional: bool

    @property
    def outcome(self) -> str:
        """allowed, explicit_deny, implicit_deny, conditional or unknown."""
        if self.unread and self.decision.decision != EXPLICIT:
            return UNKNOWN
        return CONDITIONAL if self.conditional else self.decision.decision


@dataclass(frozen=True, slots=True)
class Access:
    """One line of an answer: a caller, an action, a resource (or a pattern, with the witness that was tried)."""

    principal: str
    action: str
    resource: str
    outcome: str
    through: str = ""  # the layer that granted
    unread: tuple[Unread, ...] = ()


class _Bench(NamedTuple):
    """The policies in force, ready to be asked as they are and under the best of conditions."""

    force: InForce
    strict: Compiled
    lenient: Compiled


class Court:
    """Decides requests over one estate; layers that several callers share are made once."""

    def __init__(self, policies: Policies) -> None:
        """A court over the policies of an estate."""
        self.policies = policies
        self._strict, self._lenient = Workshop(), Workshop(lenient=True)
        self._benches: dict[tuple[object, ...], _Bench] = {}

    def ruling(self, request: Request, *, session: tuple[PolicyDocument, ...] | None = None) -> Ruling:
        """The decision on a request; ``session`` are the session policies of the caller."""
        request = self.policies.completed(request)
        bench = self._bench(request, session)
        decision = bench.strict.decide(request)
        conditional = not decision.allowed and bench.lenient.decide(request).allowed
        unread = bench.force.uncertain(allowed=decision.allowed or conditional)
        if unread and not (decision.allowed or conditional) and self._settled(bench, unread, request):
            unread = ()
        return Ruling(decision, request, unread, conditional)

    def _settled(self, bench: _Bench, unread: tuple[Unread, ...], request: Request) -> bool:
        """Whether a request stays denied whatever the caller's own unread policies grant."""
        if not all(one.identity for one in unread):
            return False
        most = replace(bench.force.policies, identity=(*bench.force.policies.identity, EVERYTHING))
        return not Compiled(most, self._lenient).decide(request).allowed

    def _bench(self, request: Request, session: tuple[PolicyDocument, ...] | None) -> _Bench:
        """The policies in force, ready; kept for the next request of the same caller to the same resource."""
        policies = self.policies
        key = (*policies.bearing(request), session and tuple(map(id, session)))
        known = self._benches.get(key)
        if known is None:
            force = policies.in_force(request)
            asked = force.policies.with_session(session)
            known = _Bench(force, Compiled(asked, self._strict), Compiled(asked, self._lenient))
            if len(self._benches) >= BENCHES:
                self._benches.clear()
            self._benches[key] = known
        return known

    def who_can(
        self, action: str, resource: str, context: Mapping[str, Iterable[str]] | None = None
    ) -> Iterator[Access]:
        """Every caller that can do an action to a resource, or might: identities of the estate, then others named."""
        for principal in self._candidates(resource):
            ruling = self.ruling(Request(principal, action, resource, context or {}))
            if ruling.decision.allowed or ruling.outcome in (CONDITIONAL, UNKNOWN):
                yield _access(ruling, resource)

    def what_can(
        self, principal: Principal, actions: Iterable[str], context: Mapping[str, Iterable[str]] | None = None
    ) -> Iterator[Access]:
        """Every action that a caller can do, once for each pattern of resources that a policy grants it on."""
        asked = self.policies.completed(Request(principal, "sts:GetCallerIdentity"))
        force = self.policies.in_force(asked)
        layers = Compiled(force.policies, self._lenient)
        named = self._granting_resources(Question(asked))
        for action in actions:
            for pattern, witness in _witnesses(layers.identity, named, action.lower(), asked, context or {}):
                ruling = self.ruling(Request(asked.principal, action, witness, context or {}))
                if ruling.decision.allowed or ruling.conditional:
                    yield _access(ruling, pattern)
        for one in force.uncertain(allowed=False):
            yield Access(_name(asked.principal), "*", "*", UNKNOWN, unread=(one,))

    def _granting_resources(self, question: Question) -> list[tuple[str, Rule]]:
        """Statements of resource policies that name the caller or everybody, with their resource."""
        caller = question.caller
        return [
            (arn, rule)
            for arn, rule in self._resource_rules()
            if rule.statement.effect == "Allow" and (rule.names is None or rule.names(caller) >= ENTITY)
        ]

    def _resource_rules(self) -> Iterator[tuple[str, Rule]]:
        for arn, (_, policy) in self.policies.resource_policies.items():
            if isinstance(policy, PolicyDocument):
                for rule in self._lenient.layer("resource", (policy,)).rules:
                    yield arn, rule

    def _candidates(self, resource: str) -> Iterator[Principal]:
        """Whoever might be allowed: users and roles, root users of their accounts, and those that the policy names."""
        identities = [one.principal for one in self.policies.identities.values()]
        yield from identities
        known = {one.arn for one in identities}
        for account in sorted({one.account for one in identities}):
            root = f"arn:aws:iam::{account}:root"
            known.add(root)
            yield Principal(root)
        for principal in self._outsiders(resource):
            if principal.arn not in known or not principal.arn:
                yield principal

    def _outsiders(self, resource: str) -> list[Principal]:
        force = self.policies.in_force(Request(ANONYMOUS, "sts:AssumeRole", resource))
        found: dict[str, Principal] = {}
        for document in force.policies.resource or ():
            for statement in document.statements:
                named = (statement.principal or {}).items() if statement.effect == "Allow" else ()
                found |= {value: _named(kind, value) for kind, values in named for value in values}
        found |= {grant.grantee: _identity(grant.grantee) for grant in force.policies.grants}
        listed = force.policies.bucket.acl if force.policies.bucket else ()
        if any(grantee in (EVERYBODY, AUTHENTICATED) for grantee, _ in listed):
            found[EVERYONE] = ANONYMOUS
        return [found[name] for name in sorted(found)]


def _witnesses(
    identity: Layer, named: list[tuple[str, Rule]], action: str, asked: Request, context: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, str]]:
    """Patterns of resources on which something may grant the action, each with one ARN of it."""
    keys = {**asked.keys, **{key.lower(): tuple(values) for key, values in context.items()}}
    seen = set()
    for rule in identity.about(action).allows:
        for pattern in rule.statement.resource or ("*",):
            if pattern not in seen:
                seen.add(pattern)
                yield pattern, witness(pattern, keys) if rule.variables else pattern
    for arn, rule in named:
        if arn not in seen and rule.action(action):
            seen.add(arn)
            yield arn, arn


def witness(pattern: str, keys: Mapping[str, tuple[str, ...]]) -> str:
    """One ARN that a resource pattern matches; a variable without a value stands for any value."""
    parts = resource_template(pattern)
    filled = fill(parts, keys) if has_variables(parts) else fill(parts, {})
    if filled is None:
        filled = tuple(part if isinstance(part, str | Wild) else FILLING for part in parts)
    if filled == (Wild.ANY,):
        return "*"
    return "".join(part if isinstance(part, str) else "x" if part is Wild.ONE else FILLING for part in filled)


def _access(ruling: Ruling, resource: str) -> Access:
    request = ruling.request
    through = ruling.decision.cause if ruling.decision.allowed else ""
    return Access(_name(request.principal), request.action, resource, ruling.outcome, through, ruling.unread)


def _name(principal: Principal) -> str:
    """The caller as people name it: of a role, the role."""
    return principal.arn or principal.service or principal.federated or principal.canonical or "anonymous"


def _named(kind: str, value: str) -> Principal:
    if value == EVERYONE:
        return ANONYMOUS
    if kind == "Service":
        return Principal(service=value)
    if kind == "Federated":
        return Principal(federated=value)
    return Principal(canonical=value) if kind == "CanonicalUser" else _identity(value)


def _identity(value: str) -> Principal:
    """A principal of a policy; unique ids of identities that are gone, and AWS's own identities, only have a name."""
    try:
        return parse_principal(value)
    except InputError:
        return Principal(canonical=value)
