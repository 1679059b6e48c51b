"""The decision on one request over all policies in force, in AWS's order.

The one idea: an explicit deny anywhere wins; after that every layer that binds the caller has to let the request pass,
and the first one that does not is the reason. Across accounts both sides have to allow, each by itself.

Source: IAM User Guide, "How AWS enforcement code logic evaluates requests to allow or deny access", "Cross-account
policy evaluation logic"; AWS KMS Developer Guide, "Determining access"; AWS Organizations User Guide, "SCP evaluation".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bastide.iam import reasons
from bastide.iam.hearing import Hearing, Layers
from bastide.iam.layers import Rule
from bastide.iam.principals import ENTITY
from bastide.iam.reasons import NO_PERMISSION, ROOT_USER
from bastide.iam.request import ROOT, Request

ALLOWED, EXPLICIT, IMPLICIT = "allowed", "explicit_deny", "implicit_deny"


@dataclass(frozen=True)
class Decision:
    """The outcome; ``cause`` names what decided: a layer, or a rule of AWS's own. Reasons are worked out when asked."""

    decision: str
    cause: str
    compiled: Compiled
    request: Request
    level: int | None = None
    rule: Rule | None = None

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.decision == ALLOWED

    @cached_property
    def reasons(self) -> tuple[reasons.Reason, ...]:
        """What each layer said, in AWS's order, the deciding one marked; with the smallest change that would allow."""
        hearing = Hearing(self.compiled, self.request)
        return reasons.explain(hearing, self.decision == ALLOWED, self.cause, self.level)

    @property
    def fixes(self) -> tuple[str, ...]:
        """The smallest changes that would allow a denied request, in words."""
        return tuple(reason.fix for reason in self.reasons if reason.fix)


class Compiled(Layers):
    """A policy set made ready for decisions."""

    __slots__ = ()

    def decide(self, request: Request) -> Decision:
        """The decision on one request: AWS's own rules, then explicit denies, then what has to allow."""
        hearing = Hearing(self, request)
        if hearing.needs_no_permission:
            return Decision(ALLOWED, NO_PERMISSION, self, request)
        for one in hearing.binding():
            rule = one.denies(hearing.action, hearing.resource, hearing.keys, hearing.caller)
            if rule is not None:
                return Decision(EXPLICIT, one.kind, self, request, one.level, rule)
        cause, level = _missing(hearing)
        if cause:
            return Decision(IMPLICIT, cause, self, request, level)
        return Decision(ALLOWED, _granting(hearing), self, request)


def _missing(hearing: Hearing) -> tuple[str, int | None]:
    """The first layer that has to allow and does not, with its level; empty when all do."""
    if hearing.root_may_not:
        return ROOT_USER, None
    layers = hearing.layers
    if layers.scp and hearing.scp_binds():
        for one in layers.scp:
            if not hearing.allows(one):
                return "scp", one.level
    if not hearing.allows(layers.endpoint):
        return "endpoint", None
    return next(hearing.missing_grants(), ""), None


def _granting(hearing: Hearing) -> str:
    """The layer that granted an allowed request."""
    if not hearing.caller.has_identity or (not hearing.cross and hearing.strength() >= ENTITY):
        return "resource"
    return ROOT_USER if hearing.caller.kind == ROOT else "identity"
