"""What one statement, one policy and one layer of policies say about one request: the definition.

The one idea: short functions that can be read beside AWS's pages, and against which everything cleverer is tested.
Here are single layers (SCPs and RCPs at each level of the organization, the policies at one point); all layers in
their order are ``evaluator``.

Source: IAM User Guide, "Policy evaluation logic"; AWS Organizations User Guide, "SCP evaluation", "RCP evaluation".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bastide.iam.conditions import holds
from bastide.iam.principals import caller_of, naming
from bastide.iam.request import Principal, Request
from bastide.iam.services import has_rcps
from bastide.iam.variables import Keys, fill, resource_template
from bastide.iam.wildcards import action_like, like, match_items
from bastide.model import PolicyDocument, Statement

Levels = Sequence[Sequence[PolicyDocument]]  # from the root to the account


@dataclass(frozen=True, slots=True)
class LayerDecision:
    """Whether a layer lets a request pass; ``statement`` is the one that decided, ``reason`` is in words."""

    allowed: bool
    reason: str
    statement: Statement | None = None


def matches(statement: Statement, request: Request, *, version: str = "2012-10-17") -> bool:
    """Whether a statement speaks about a request, whatever its effect."""
    variables = version >= "2012-10-17"
    return (
        _action(statement, request)
        and _principal(statement, request.principal)
        and _resource(statement, request, variables)
        and holds(statement.condition, request.keys, variables=variables)
    )


def find(documents: Iterable[PolicyDocument], request: Request, effect: str) -> Statement | None:
    """The first statement of that effect that matches; None when there is none."""
    for document in documents:
        for statement in document.statements:
            if statement.effect == effect and matches(statement, request, version=document.version):
                return statement
    return None


def decide_policy(documents: Sequence[PolicyDocument], request: Request) -> LayerDecision:
    """What policies at one point say together: a deny wins, then an allow; silence denies."""
    denied = find(documents, request, "Deny")
    if denied:
        return LayerDecision(False, "an explicit deny", denied)
    allowed = find(documents, request, "Allow")
    return LayerDecision(True, "allowed", allowed) if allowed else LayerDecision(False, "nothing allows it")


def decide_scp(levels: Levels, request: Request, *, management_account: str = "") -> LayerDecision:
    """What service control policies say; ``levels`` of the caller's account, from the root down.

    They bind no service, no service-linked role and nobody in the management account.
    """
    caller = request.principal
    if not caller.arn or caller.is_service_linked or caller.account == management_account:
        return LayerDecision(True, "service control policies do not bind this caller")
    return _decide_levels(levels, request, "service control policy")


def decide_rcp(levels: Levels, request: Request, *, management_account: str = "", owner: str = "") -> LayerDecision:
    """What resource control policies say; ``levels`` of the account ``owner`` of the resource, from the root down.

    They bind no service-linked role, no resource of the management account, and only ``services.RCP_SERVICES``.
    """
    owner = owner or request.resource_account
    if request.principal.is_service_linked or (owner and owner == management_account):
        return LayerDecision(True, "resource control policies do not bind this request")
    if not has_rcps(request.action.lower()):
        return LayerDecision(True, "the service knows no resource control policies")
    return _decide_levels(levels, request, "resource control policy")


def _decide_levels(levels: Levels, request: Request, kind: str) -> LayerDecision:
    denied = find((document for level in levels for document in level), request, "Deny")
    if denied:
        return LayerDecision(False, f"an explicit deny in a {kind}", denied)
    for depth, level in enumerate(levels):
        if find(level, request, "Allow") is None:
            return LayerDecision(False, f"no {kind} allows it at level {depth} below the root")
    return LayerDecision(True, f"every level has a {kind} that allows it")


def _action(statement: Statement, request: Request) -> bool:
    if statement.action is not None:
        return any(action_like(one, request.action) for one in statement.action)
    return not any(action_like(one, request.action) for one in statement.not_action or ())


def _resource(statement: Statement, request: Request, variables: bool) -> bool:
    """Whether the resource matches; a statement without the element is a trust policy's and speaks about its role."""
    if statement.resource is not None:
        return _listed(statement.resource, request.resource, request.keys, variables)
    if statement.not_resource is not None:
        return not _listed(statement.not_resource, request.resource, request.keys, variables)
    return True


def _listed(patterns: Iterable[str], resource: str, keys: Keys, variables: bool) -> bool:
    for text in patterns:
        if not variables or "${" not in text:
            if like(text, resource):
                return True
            continue
        filled = fill(resource_template(text), keys)
        if filled is not None and match_items(filled, resource):
            return True
    return False


def _principal(statement: Statement, caller: Principal) -> bool:
    """Whether the caller is meant; a statement without the element (identity policy, SCP) means its own principal."""
    named = naming(statement)
    return named is None or bool(named(caller_of(caller)))
