"""Decides calls: may this principal do this, here and now.

One idea: the questions of a call are put to `iam` one by one, each over the policies in force for the caller and that
resource; the first refusal is the answer, and what cannot be decided is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bastide.iam import Decision
from bastide.iam.request import Principal as Caller
from bastide.iam.request import Request
from bastide.sandbox.authorize import context, ec2_keys, resource_tags
from bastide.sandbox.authorize.dependents import dependents
from bastide.sandbox.authorize.holdings import endpoint_policy, read_resource
from bastide.sandbox.authorize.identities import Own
from bastide.sandbox.authorize.judgement import EXEMPT, EXPLICIT, IMPLICIT, UNKNOWN, Judgement, Part
from bastide.sandbox.authorize.library import Source
from bastide.sandbox.authorize.messages import refuse
from bastide.sandbox.authorize.policies import InForce, OfResource, Place, Policies
from bastide.sandbox.authorize.resources import Question, questions
from bastide.sandbox.authorize.service_keys import asks_of_request, service_keys
from bastide.sandbox.authorize.standing import Standing
from bastide.sandbox.call import Call
from bastide.sandbox.principal import Principal
from bastide.sandbox.wire import AwsError

KEPT = 4_000  # callers whose keys are remembered
__all__ = ["Authorizer", "ec2_keys"]
# What the sessions of these operations may not call. Source: IAM User Guide, "Compare AWS STS credentials".
_NOT_FEDERATED = ("iam:", "sts:")


@dataclass(frozen=True, slots=True)
class _Asking:
    """What all questions of one call have in common."""

    call: Call
    own: Own
    place: Place
    keys: context.Keys
    said: context.Keys
    endpoint: Source | None


class Authorizer:
    """Judges the calls of one sandbox. Keeps what it compiled; the policies themselves it reads at every call."""

    def __init__(self) -> None:
        """Nothing compiled yet."""
        self._policies = Policies()
        self._standing = Standing()
        self._steady: dict[str, tuple[Principal, Own, Place, context.Keys]] = {}

    def forget(self) -> None:
        """Know nothing again: the sandbox was emptied."""
        self._standing = Standing()

    def __call__(self, call: Call) -> None:
        """Let the call through or raise AwsError; what was decided is left in `call.judgement`."""
        call.judgement = judgement = self.judge(call)
        self._standing.note(call)
        refusing = judgement.refusing
        if refusing is not None:
            raise refuse(call, refusing)
        if not judgement.allowed:
            part = Part(f"{call.service}:{call.operation}", "*", UNKNOWN, why="the operation has no known IAM action")
            call.judgement = Judgement((part,))
            raise refuse(call, part)
        if call.service == "ec2" and _is_dry(call):
            text = "Request would have succeeded, but DryRun flag is set."
            raise AwsError("DryRunOperation", text, 412)

    def judge(self, call: Call) -> Judgement:
        """The decision on every action that the call needs, up to the first that is refused."""
        if call.internal:
            return EXEMPT
        asking = self._ask(call)
        parts: list[Part] = []
        for question, more in _all_questions(call):
            part = self._decide(asking, question, more)
            parts.append(part)
            if not part.allowed:
                break
        return Judgement(tuple(parts))

    def _ask(self, call: Call) -> _Asking:
        own, place = self._standing.read(call.principal)
        named = call.request.by_name.get(context.ENDPOINT)
        policy, vpc, owner = endpoint_policy(named, call.principal.account, call.region) if named else (None, "", "")
        keys = {
            **context.caller_keys(call, self._steady_keys(call, own, place)),
            **context.network_keys(call, vpc, owner),
        }
        return _Asking(call, own, place, keys, context.said_keys(call), policy)

    def _steady_keys(self, call: Call, own: Own, place: Place) -> context.Keys:
        """The caller's own condition keys, kept as long as the caller and its account are the same objects."""
        principal = call.principal
        known = self._steady.get(principal.access_key)
        if known is None or known[0] is not principal or known[1] is not own or known[2] is not place:
            if len(self._steady) >= KEPT:
                self._steady.clear()
            known = (principal, own, place, context.steady_keys(principal, own, place))
            self._steady[principal.access_key] = known
        return known[3]

    def _decide(self, asking: _Asking, question: Question, more: context.Keys) -> Part:
        call = asking.call
        barred = _barred(call, question.action)
        if barred:
            return Part(question.action, question.resource, IMPLICIT, "aws", why=barred)
        own, resource = asking.own, read_resource(question.resource, question.action.lower(), call.principal.account)
        if call.service == "sts" and call.principal.type == "Anonymous":
            own = Own(_vouched(call))
        owners = asking.place if resource.owner == call.principal.account else self._standing.place(resource.owner)
        endpoint = None if _is_forwarded(more) else asking.endpoint  # a service comes from its own network
        in_force = self._policies.in_force(own, asking.place, owners, resource, endpoint)
        decision = in_force.compiled.decide(
            self._request(asking, own.caller, question, resource, owners, in_force, more)
        )
        if in_force.unread and (decision.allowed or decision.decision != EXPLICIT):
            why = f"a policy in force cannot be read: {in_force.unread[0]}"
            return Part(question.action, question.resource, UNKNOWN, why=why, unresolved=question.unresolved)
        return self._part(question, decision)

    def _request(
        self,
        asking: _Asking,
        caller: Caller,
        question: Question,
        resource: OfResource,
        owners: Place,
        in_force: InForce,
        more: context.Keys,
    ) -> Request:
        call = asking.call
        named = question.resource.split(":", 5)[4:5]
        owner = named[0] if named and named[0].isdigit() else resource.owner
        owners = owners if owner == resource.owner else self._standing.place(owner)
        keys: context.Keys = {**asking.keys, **context.owner_keys(owner, owners)}
        if _is_forwarded(more):
            keys = {key: value for key, value in keys.items() if key not in context.OF_NETWORK} | context.FROM_SERVICE
        if more:
            keys |= more
        elif asks_of_request(in_force, question):
            keys |= context.tag_keys(call, question.kind)
            keys |= service_keys(call, question)
        if call.service == "sts":
            keys |= _session_keys(call)
        if _asks_of_tags(in_force, question):
            keys |= resource_tags.read_tags(call, question)
        keys |= asking.said
        return Request(caller, question.action, question.resource, keys, resource.owner)

    def _part(self, question: Question, decision: Decision) -> Part:
        part = Part(
            question.action, question.resource, decision.decision, decision.cause, unresolved=question.unresolved,
            request=decision.request,
        )  # fmt: skip
        if decision.allowed:
            return part
        if decision.rule is None:
            known = decision.cause in _KINDS
            return replace(part, policy_type=decision.cause if known else "aws", why="" if known else decision.cause)
        source, rule = self._source(decision), decision.rule
        return replace(part, policy=source.name, policy_arn=source.arn, sid=rule.statement.sid, statement=rule.index)

    def _source(self, decision: Decision) -> Source:
        policies, rule = decision.compiled.policies, decision.rule
        assert rule is not None
        placed = getattr(policies, decision.cause)
        documents = placed[decision.level] if decision.level is not None else placed
        return self._policies.library.source(documents[rule.document])


_KINDS = frozenset({"scp", "rcp", "identity", "boundary", "session", "resource", "endpoint"})


def _all_questions(call: Call) -> Iterator[tuple[Question, context.Keys]]:
    first = ""
    for question in questions(call):
        first = first or question.resource
        yield question, {}
    if first:
        for one in dependents(call, first):
            yield Question(one.action, one.resource, one.kind), one.keys


def _is_forwarded(more: context.Keys) -> bool:
    """Whether a service asks in the caller's name."""
    return more.get("aws:ViaAWSService") == "true"


def _asks_of_tags(in_force: InForce, question: Question) -> bool:
    """Whether a policy asks about tags of the resource, which cost a look at the state."""
    if question.kind == "object" and in_force.asks("s3:existingobjecttag"):
        return True
    prefix = question.action.partition(":")[0]
    return in_force.asks("aws:resourcetag") or in_force.asks(f"{prefix}:resourcetag")


def _is_dry(call: Call) -> bool:
    return b"DryRun=" in call.request.body and str(call.params.get("DryRun")).lower() == "true"


def _barred(call: Call, action: str) -> str:
    """Why credentials of this kind may not call the action at all; empty when they may."""
    principal = call.principal
    if principal.type == "FederatedUser" and action.startswith(_NOT_FEDERATED) and action != "sts:GetCallerIdentity":
        return "credentials of GetFederationToken cannot call this service"
    temporary = principal.type == "IAMUser" and principal.session is not None
    if temporary and action.startswith("iam:") and principal.session is not None and not principal.session.mfa:
        return "credentials of GetSessionToken without MFA cannot call IAM"
    if temporary and action.startswith("sts:") and action not in _OF_SESSION_TOKENS:
        return "credentials of GetSessionToken cannot call this operation"
    return ""


_OF_SESSION_TOKENS = ("sts:AssumeRole", "sts:GetCallerIdentity", "sts:TagSession", "sts:SetSourceIdentity")


def _vouched(call: Call) -> Caller:
    from bastide.sandbox import trust

    return trust.assuming(call)


def _session_keys(call: Call) -> context.Keys:
    from bastide.sandbox import trust

    return dict(trust.assume_keys(call)) if call.operation in trust.ASSUMING else {}
