"""What one statement, one policy and one layer of policies say about one request.

The one idea: a short definition that can be read beside AWS's, and against which everything cleverer is tested. Layers
so far: service control and resource control policies at each level of the organization, and one resource policy. What
it does not do yet: identity policies, boundaries, sessions and the order among all layers.

Source: IAM User Guide, "Policy evaluation logic"; AWS Organizations User Guide, "SCP evaluation", "RCP evaluation".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bastide.iam.canonical import ACCOUNT_ROOT
from bastide.iam.conditions import holds
from bastide.iam.request import Principal, Request
from bastide.iam.variables import marked, resolve
from bastide.iam.wildcards import action_like, like
from bastide.model import PolicyDocument, Statement
from bastide.model.policy import Principals

Levels = Sequence[Sequence[PolicyDocument]]  # from the root to the account
# Source: AWS Organizations User Guide, "Resource control policies", services that support RCPs; as of 2025-06.
RCP_SERVICES = frozenset({"s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "aoss"})


@dataclass(frozen=True, slots=True)
class Decision:
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


def decide_policy(documents: Sequence[PolicyDocument], request: Request) -> Decision:
    """What policies at one point say together: a deny wins, then an allow; silence denies."""
    denied = find(documents, request, "Deny")
    if denied:
        return Decision(False, "an explicit deny", denied)
    allowed = find(documents, request, "Allow")
    return Decision(True, "allowed", allowed) if allowed else Decision(False, "nothing allows it")


def decide_scp(levels: Levels, request: Request, *, management_account: str = "") -> Decision:
    """What service control policies say; ``levels`` of the caller's account, from the root down.

    They bind no service, no service-linked role and nobody in the management account.
    """
    caller = request.principal
    if not caller.arn or caller.is_service_linked or caller.account == management_account:
        return Decision(True, "service control policies do not bind this caller")
    return _decide_levels(levels, request, "service control policy")


def decide_rcp(levels: Levels, request: Request, *, management_account: str = "", owner: str = "") -> Decision:
    """What resource control policies say; ``levels`` of the account ``owner`` of the resource, from the root down.

    They bind no service-linked role, no resource of the management account, and only ``RCP_SERVICES``.
    """
    owner = owner or request.resource_account
    if request.principal.is_service_linked or (owner and owner == management_account):
        return Decision(True, "resource control policies do not bind this request")
    if request.action.partition(":")[0].lower() not in RCP_SERVICES:
        return Decision(True, "the service knows no resource control policies")
    return _decide_levels(levels, request, "resource control policy")


def _decide_levels(levels: Levels, request: Request, kind: str) -> Decision:
    denied = find((document for level in levels for document in level), request, "Deny")
    if denied:
        return Decision(False, f"an explicit deny in a {kind}", denied)
    for depth, level in enumerate(levels):
        if find(level, request, "Allow") is None:
            return Decision(False, f"no {kind} allows it at level {depth} below the root")
    return Decision(True, f"every level has a {kind} that allows it")


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


def _listed(patterns: Iterable[str], resource: str, keys: Mapping[str, tuple[str, ...]], variables: bool) -> bool:
    for text in patterns:
        found = resolve(text, keys) if variables else text
        if found is not None and like(found, marked(found, resource)):
            return True
    return False


def _principal(statement: Statement, caller: Principal) -> bool:
    """Whether the caller is meant; a statement without the element (identity policy, SCP) means its own principal."""
    if statement.principal is not None:
        return _named(statement.principal, caller)
    return statement.not_principal is None or not _named(statement.not_principal, caller)


def _named(principals: Principals, caller: Principal) -> bool:
    if "*" in principals:
        return True
    return (
        any(_identity(one, caller) for one in principals.get("AWS", ()))
        or (bool(caller.service) and caller.service in principals.get("Service", ()))
        or (bool(caller.federated) and caller.federated in principals.get("Federated", ()))
    )


def _identity(text: str, caller: Principal) -> bool:
    if text == "*":
        return True
    if not caller.arn:
        return False
    account = ACCOUNT_ROOT.fullmatch(text)
    return (account[1] if account else text) in (caller.account, caller.arn, caller.session)
