"""How much an identity policy grants: everything, all of a service, decryption with every key.

The one idea: read what a statement means, not how it is spelled. ``*:*`` is ``*``, ``arn:aws:*:*:*:*`` is ``*``,
``NotAction`` and ``NotResource`` with Allow grant all the rest. A Deny of everything beside it leaves nothing
granted. Conditions are not weighed: a condition narrows when a right may be used, not what it is.

Source: IAM User Guide, "IAM JSON policy elements: NotAction", "… NotResource"; AWS Config Developer Guide,
"iam-policy-no-statements-with-admin-access", "iam-policy-no-statements-with-full-access".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bastide.controls.neighbours import having
from bastide.controls.parameter import Parameter
from bastide.controls.policies import Policy, judge
from bastide.iam.exposure import (
    covers,
    is_all_actions,
    is_all_resources,
    overlaps,
)
from bastide.iam.wildcards import like
from bastide.model import PASS, Estate, Resource, Statement, Unknown, Verdict, not_applicable

Question = Callable[[Statement], str]
BOUNDARY_ONLY = not_applicable("serves only as a permissions boundary, which grants nothing")
HOLDERS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
BLOCKED = Parameter(
    "blockedActionsPatterns",
    "list",
    ["kms:Decrypt", "kms:ReEncryptFrom"],
    "KMS actions that nobody may do with every key",
)


def judge_grants(policy: Policy | None, wrong: Question, about: str = "") -> Verdict:
    """``judge``, but PASS when a Deny in the same policy takes everything away."""
    if policy is not None and any(map(denies_everything, policy.plain)):
        return PASS
    return judge(policy, wrong, about)


def denies_everything(statement: Statement) -> bool:
    """A Deny of every action on every resource, always."""
    return (
        statement.effect == "Deny"
        and not statement.condition
        and any(map(is_all_actions, statement.action or ()))
        and any(map(is_all_resources, statement.resource or ()))
    )


def everything(statement: Statement) -> str:
    """Why a statement makes an administrator; empty when it does not.

    ``NotAction`` that leaves out IAM does not: its holder cannot give himself the rest.
    """
    if statement.effect != "Allow" or not on_everything(statement):
        return ""
    if any(map(is_all_actions, statement.action or ())):
        return "the statement allows every action on every resource"
    if statement.not_action is not None and not any(covers(one, "iam:*", fold=True) for one in statement.not_action):
        return "the statement allows every action but a few, IAM among them, on every resource"
    return ""


def on_everything(statement: Statement) -> bool:
    """The statement is about every resource, or every one but a few."""
    if statement.not_resource is not None:
        return not any(map(is_all_resources, statement.not_resource))
    return any(map(is_all_resources, statement.resource or ()))


def whole_service(statement: Statement) -> str:
    """Why a statement allows all of at least one service; empty when it does not."""
    if statement.effect != "Allow":
        return ""
    for action in statement.action or ():
        service, _, name = action.partition(":")
        if is_all_actions(action) or ("*" in name and set(name) <= {"*", "?"}):
            return f"the statement allows every action of {'every service' if is_all_actions(action) else service}"
    if statement.not_action is not None and not any(map(is_all_actions, statement.not_action)):
        return "the statement allows every action of the services that NotAction does not name"
    return ""


def uses_every_key(account: str, actions: Iterable[str], statement: Statement) -> str:
    """Why a statement allows one of ``actions`` (patterns) with every KMS key of an account; empty when it does not.

    Keys that only a condition names, by alias or tag, count as all of them: AWS's control reads the resources alone.
    Source: AWS Security Hub User Guide, KMS.1, KMS.2.
    """
    if statement.effect != "Allow":
        return ""
    action = next((one for one in actions if _allows(statement, one)), "")
    if not action:
        return ""
    if statement.not_resource is not None or any(_every_key(one, account) for one in statement.resource or ()):
        return f"the statement allows {action} with every key"
    return ""


def _allows(statement: Statement, action: str) -> bool:
    if statement.action is not None:
        return any(overlaps(pattern, action) for pattern in statement.action)
    return not any(covers(pattern, action, fold=True) for pattern in statement.not_action or ())


def _every_key(resource: str, account: str) -> bool:
    if is_all_resources(resource):
        return True
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return resource in ("arn:aws:kms:*",)
    return like(parts[2], "kms") and parts[3] == "*" and like(parts[4], account) and parts[5] in ("*", "key/*", "key*")


def judge_managed(
    policy: Resource, estate: Estate, document: Policy | None, wrong: Question, about: str = ""
) -> Verdict:
    """``judge_grants`` of a managed policy; NOT_APPLICABLE instead of FAIL when it is nothing but a boundary."""
    verdict = judge_grants(document, wrong, about)
    if verdict.reason and serves_as_boundary_only(policy, estate, document.plain if document else ()):
        return BOUNDARY_ONLY
    return verdict


def serves_as_boundary_only(policy: Resource, estate: Estate, statements: Iterable[Statement]) -> bool:
    """The policy is the boundary of somebody, or demands itself as boundary, and is attached to nobody."""
    arn = policy.arn or policy.id
    # The rare condition first: asking every holder of every policy would cost the square of an account's size.
    bounds = any(having(estate, kind, "PermissionsBoundary", arn) for kind in HOLDERS)
    if not bounds and not any(_demands(statement, arn) for statement in statements):
        return False
    attached = policy.get("AttachmentCount")
    holders = (one for kind in HOLDERS for one in estate.in_place(kind, policy.account, policy.region))
    return not (isinstance(attached, Unknown) or attached or any(_attaches(one, arn) for one in holders))


def _demands(statement: Statement, boundary: str) -> bool:
    """A condition asks for ``boundary`` as permission boundary."""
    return any(
        key.lower() == "iam:permissionsboundary" and boundary in values
        for tests in statement.condition.values()
        for key, values in tests.items()
    )


def _attaches(holder: Resource, arn: str) -> bool:
    attached = holder.get("ManagedPolicyArns")
    if isinstance(attached, Unknown):
        return True
    return any(isinstance(one, Unknown) or one == arn for one in attached or ())
