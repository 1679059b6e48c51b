"""The decision on one request over all policies in force, in AWS's order.

The one idea: an explicit deny anywhere wins; after that every layer that binds the caller has to let the request pass,
and the first one that does not is the reason. Across accounts both sides have to allow, each by itself.

Source: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access", "Cross-account
policy evaluation logic"; AWS KMS Developer Guide, "Determining access"; AWS Organizations User Guide, "SCP evaluation".
"""

from __future__ import annotations

from typing import NamedTuple

from bastide.iam import reasons
from bastide.iam.conditions import Test
from bastide.iam.hearing import Hearing, Layers
from bastide.iam.layers import REMEMBERED_ACTIONS, Layer, ResourceTest, Rule, Workshop
from bastide.iam.policy_set import PolicySet
from bastide.iam.principals import ENTITY, Names
from bastide.iam.reasons import NO_PERMISSION, ROOT_USER
from bastide.iam.request import ROOT, Request

ALLOWED, EXPLICIT, IMPLICIT = "allowed", "explicit_deny", "implicit_deny"


Denying = tuple[ResourceTest | None, Test | None, Names | None, Rule, Layer]


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

    __slots__ = ("_courses",)

    def __init__(self, policies: PolicySet, workshop: Workshop | None = None) -> None:
        """Make every policy ready, in ``workshop`` where many sets share documents.

        Raises:
            InputError: a policy holds a variable that is none.
        """
        super().__init__(policies, workshop)
        self._courses: dict[tuple[object, ...], Course] = {}

    def decide(self, request: Request) -> Decision:
        """The decision on one request: AWS's own rules, then explicit denies, then what has to allow."""
        hearing = Hearing(self, request)
        action, resource, keys, caller = hearing.action, hearing.resource, hearing.keys, hearing.caller
        course = self._courses.get(hearing.course)
        if course is None:
            course = self._plan(hearing)
        if course.settled:
            return Decision(course.settled, course.cause, self, request)
        for of_resource, condition, names, rule, one in course.denying:
            # Rule.applies, written out: this loop is half of a decision.
            if (
                (of_resource is None or of_resource(resource, keys))
                and (condition is None or condition(keys))
                and (names is None or names(caller))
            ):
                return Decision(EXPLICIT, one.kind, self, request, one.level, rule)
        if course.cause:
            return Decision(IMPLICIT, course.cause, self, request)
        for one in course.demanding:
            if not one.allows(action, resource, keys, caller):
                return Decision(IMPLICIT, one.kind, self, request, one.level)
        strength = hearing.strength()
        for missing in hearing.missing_grants(strength):
            return Decision(IMPLICIT, missing, self, request)
        return Decision(ALLOWED, _granting(hearing, strength), self, request)

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
    denying = tuple(
        (rule.resource, rule.condition, rule.names, rule, one)
        for one in hearing.binding()
        for rule in one.about(action).denies
    )
    demanding = [*layers.scp] if hearing.scp_binds() else []
    demanding += [layers.endpoint] if layers.endpoint is not None else []
    cause = ROOT_USER if hearing.root_may_not else ""
    return Course("", cause, denying, tuple(one for one in demanding if not one.about(action).always))


def _granting(hearing: Hearing, strength: int) -> str:
    """The layer that granted an allowed request."""
    if not hearing.caller.has_identity or (not hearing.cross and strength >= ENTITY):
        return "resource"
    return ROOT_USER if hearing.caller.kind == ROOT else "identity"
