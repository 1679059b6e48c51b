"""The decision on one request over all policies in force, in AWS's order.

The one idea: an explicit deny anywhere wins; after that every layer that binds the caller has to let the request pass,
and the first one that does not is the reason. Across accounts both sides have to allow, each by itself.

Source: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access", "Cross-account
policy evaluation logic"; AWS KMS Developer Guide, "Determining access"; AWS Organizations User Guide, "SCP evaluation".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bastide.iam import reasons
from bastide.iam.hearing import Hearing, Layers
from bastide.iam.layers import REMEMBERED_ACTIONS, Layer, Rule, Workshop
from bastide.iam.policy_set import PolicySet
from bastide.iam.principals import DIRECT, ENTITY, HERE, NONE, Caller, caller_of
from bastide.iam.quick import Denying, Program, applies, program, strength
from bastide.iam.reasons import NO_PERMISSION, ROOT_USER
from bastide.iam.request import LINKED, ROOT, Request
from bastide.iam.services import needs_resource_policy
from bastide.iam.variables import Keys

ALLOWED, EXPLICIT, IMPLICIT = "allowed", "explicit_deny", "implicit_deny"


class Decision(NamedTuple):
    """The outcome; ``cause`` names what decided: a layer, or a rule of AWS's own. Reasons are worked out when asked."""

    decision: str
    cause: str
    compiled: Compiled
    request: Request
    level: int | None = None
    rule: Rule | None = None  # the Deny, of an explicit one

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.decision == ALLOWED

    @property
    def reasons(self) -> tuple[reasons.Reason, ...]:
        """What each layer said, in AWS's order, the deciding one marked; with the smallest change that would allow."""
        hearing = Hearing(self.compiled, self.request)
        return reasons.explain(hearing, self.decision == ALLOWED, self.cause, self.level)

    @property
    def fixes(self) -> tuple[str, ...]:
        """The smallest changes that would allow a denied request, in words."""
        return tuple(reason.fix for reason in self.reasons if reason.fix)


class Compiled(Layers):
    """A policy set made ready for decisions. What it learns of an action it keeps."""

    __slots__ = ("_courses", "_is_plain", "_management", "_owner", "_programs", "_seen")

    def __init__(self, policies: PolicySet, workshop: Workshop | None = None) -> None:
        """Make every policy ready, in ``workshop`` where many sets share documents.

        Raises:
            InputError: a policy holds a variable that is none.
        """
        super().__init__(policies, workshop)
        self._courses: dict[tuple[object, ...], Course] = {}
        self._programs: dict[tuple[object, ...], Program | None] = {}
        self._seen: set[tuple[object, ...]] = set()
        self._is_plain = not (policies.grants or policies.bucket)
        self._management = policies.management_account
        self._owner = policies.resource_account

    def decide(self, request: Request) -> Decision:
        """The decision on one request; ``decide_in_full`` is its definition, to which this takes a short way."""
        caller, resource, context = caller_of(request.principal), request.resource, request.context
        short = self._programs.get((request.action, caller.alike, *context))
        if short is None or LINKED in resource or not (resource.startswith(HERE) or resource == "*"):
            return self._decide_first(request)
        account = caller.account
        owner = request.owner or self._owner or request.resource_account or account
        if self._management and self._management in (account, owner):
            return self.decide_in_full(request)
        keys = short.keys(context, caller, owner)
        if short.denies and applies(short.denies, resource, keys, caller):
            return self._denied(request, short.all_denies, keys, caller)
        for one, allows in short.demanding:
            if not applies(allows, resource, keys, caller):
                return Decision(IMPLICIT, one.kind, self, request, one.level, None)
        cross = account != owner
        granted = strength(short.resource, resource, keys, caller) if short.resource else NONE
        if granted == DIRECT and not cross:
            return Decision(ALLOWED, "resource", self, request, None, None)
        if not granted and (cross or (short.needs_resource and needs_resource_policy(short.action, resource))):
            return Decision(IMPLICIT, "resource", self, request, None, None)
        by = "resource" if granted == ENTITY and not cross else "identity"
        if by == "identity" and short.identity is not None and not applies(short.identity, resource, keys, caller):
            return Decision(IMPLICIT, "identity", self, request, None, None)
        for one, allows in short.limits:
            if not applies(allows, resource, keys, caller):
                return Decision(IMPLICIT, one.kind, self, request, None, None)
        return Decision(ALLOWED, by, self, request, None, None)

    def decide_in_full(self, request: Request) -> Decision:
        """The decision on one request: AWS's own rules, then explicit denies, then what has to allow."""
        hearing = Hearing(self, request)
        action, resource, keys, caller = hearing.action, hearing.resource, hearing.keys, hearing.caller
        course = self._courses.get(hearing.course)
        if course is None:
            course = self._plan(hearing)
        if course.settled:
            return Decision(course.settled, course.cause, self, request)
        if any(rule.applies(resource, keys, caller) for rule, _ in course.denying):
            return self._denied(request, course.denying, keys, caller)
        if course.cause:
            return Decision(IMPLICIT, course.cause, self, request)
        for one in course.demanding:
            if not one.allows(action, resource, keys, caller):
                return Decision(IMPLICIT, one.kind, self, request, one.level)
        granted = hearing.strength()
        for missing in hearing.missing_grants(granted):
            return Decision(IMPLICIT, missing, self, request)
        return Decision(ALLOWED, _granting(hearing, granted), self, request)

    def _denied(self, request: Request, denies: Iterable[Denying], keys: Keys, caller: Caller) -> Decision:
        """The explicit deny: the first that applies, in AWS's order, is the reason."""
        rule, one = next(found for found in denies if found[0].applies(request.resource, keys, caller))
        return Decision(EXPLICIT, one.kind, self, request, one.level, rule)

    def _decide_first(self, request: Request) -> Decision:
        """``decide_in_full``, and from the second time on what it takes to go the short way."""
        found = self.decide_in_full(request)
        caller = caller_of(request.principal)
        if not self._is_plain or not caller.alike or LINKED in request.resource:
            return found
        seen = (request.action, caller.alike, *request.context)
        if seen in self._programs:
            return found
        if seen not in self._seen:
            self._remember_seen(seen)
            return found
        hearing = Hearing(self, request)
        if self._management and self._management in (caller.account, hearing.owner):
            return found
        course = self._courses[hearing.course]
        self._programs[seen] = None if course.cause else self._program(hearing, course)
        return found

    def _program(self, hearing: Hearing, course: Course) -> Program | None:
        limits = [one for one in (self.boundary, self.session) if one is not None]
        return program(
            hearing.action, hearing.request.context, course.denying, course.demanding, self.resource, self.identity,
            limits,
        )  # fmt: skip

    def _remember_seen(self, seen: tuple[object, ...]) -> None:
        """A program costs as much as a dozen decisions: it is made for what comes a second time."""
        if len(self._seen) >= REMEMBERED_ACTIONS:
            self._seen.clear()
            self._programs.clear()
        self._seen.add(seen)

    def _plan(self, hearing: Hearing) -> Course:
        """What all requests like this one have in common, kept for the next."""
        if len(self._courses) >= REMEMBERED_ACTIONS:
            self._courses.clear()
        found = self._courses[hearing.course] = _course(hearing)
        return found


class Course(NamedTuple):
    """What is the same for every request of one action by one kind of caller."""

    settled: str = ""  # the decision, where a rule of AWS's own makes it
    cause: str = ""  # that rule; or the one that refuses what no policy denied
    denying: tuple[Denying, ...] = ()  # every Deny that covers the action, with its layer
    demanding: tuple[Layer, ...] = ()  # layers that have to allow and do not do so for every request


def _course(hearing: Hearing) -> Course:
    if hearing.needs_no_permission:
        return Course(ALLOWED, NO_PERMISSION)
    action, layers = hearing.action, hearing.layers
    denying = tuple((rule, one) for one in hearing.binding() for rule in one.about(action).denies)
    demanding = [*layers.scp] if hearing.scp_binds() else []
    demanding += [layers.endpoint] if layers.endpoint is not None else []
    cause = ROOT_USER if hearing.root_may_not else ""
    return Course("", cause, denying, tuple(one for one in demanding if not one.about(action).always))


def _granting(hearing: Hearing, strength: int) -> str:
    """The layer that granted an allowed request."""
    if not hearing.caller.has_identity or (not hearing.cross and strength >= ENTITY):
        return "resource"
    return ROOT_USER if hearing.caller.kind == ROOT else "identity"
