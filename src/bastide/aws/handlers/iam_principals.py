"""What roles, users and groups have in common: the bulk answer they are listed from, managed and inline policies, tags.

One idea: ``GetAccountAuthorizationDetails`` tells of all principals of an account at once and is asked once for all
types. It does not tell everything (a role's description and session length are missing), so each handler adds what
it needs.
Source: AWS IAM API Reference, GetAccountAuthorizationDetails, ListRoles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from bastide.aws.handler import Connection, pages
from bastide.aws.shape import member, parse_document, present, render_document, set_changes, tag_changes
from bastide.aws.waiting import quietly
from bastide.model import Value

Kind = Literal["Role", "User", "Group"]
GONE = ("NoSuchEntity",)
DETAILS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


def details(at: Connection) -> dict[str, list[dict[str, Any]]]:
    """Users, groups, roles and customer managed policies, whole, by the answer's own keys (``DETAILS``)."""
    return at.once("iam:GetAccountAuthorizationDetails", lambda: _details(at))


def _details(at: Connection) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {key: [] for key in DETAILS}
    asked = at.client("iam").get_paginator("get_account_authorization_details")
    for page in asked.paginate(Filter=["User", "Group", "Role", "LocalManagedPolicy"]):
        for key, items in found.items():
            items.extend(page.get(key, ()))
    return found


def policies_of(detail: Mapping[str, Any], kind: Kind) -> dict[str, Value]:
    """ManagedPolicyArns and Policies of one detail, sorted."""
    return {
        "ManagedPolicyArns": sorted(policy["PolicyArn"] for policy in detail.get("AttachedManagedPolicies", ())),
        "Policies": inline(detail.get(f"{kind}PolicyList", ())),
    }


def inline(policies: Iterable[Mapping[str, Any]]) -> list[dict[str, Value]]:
    """Inline policies in registry shape, sorted by name."""
    shaped = (
        {"PolicyName": policy["PolicyName"], "PolicyDocument": parse_document(policy["PolicyDocument"])}
        for policy in policies
    )
    return sorted(shaped, key=lambda policy: str(policy["PolicyName"]))


def read_policies(iam: Any, kind: Kind, name: str) -> dict[str, Value]:
    """ManagedPolicyArns and Policies of one principal, asked directly."""
    lower, me = kind.lower(), {f"{kind}Name": name}
    attached = pages(iam, f"list_attached_{lower}_policies", "AttachedPolicies", **me)
    documents = (
        getattr(iam, f"get_{lower}_policy")(**me, PolicyName=policy)
        for policy in pages(iam, f"list_{lower}_policies", "PolicyNames", **me)
    )
    return {"ManagedPolicyArns": sorted(item["PolicyArn"] for item in attached), "Policies": inline(documents)}


def boundary_of(detail: Mapping[str, Any]) -> dict[str, Value]:
    """PermissionsBoundary as the policy's ARN; empty when there is none."""
    return present(PermissionsBoundary=member(detail, "PermissionsBoundary", "PermissionsBoundaryArn"))


def write_policies(iam: Any, kind: Kind, name: str, before: Mapping[str, Value], after: Mapping[str, Value]) -> None:
    """Bring managed and inline policies from ``before`` to ``after``; what is added comes first: nothing breaks."""
    lower, me = kind.lower(), {f"{kind}Name": name}
    attach, detach = set_changes(before.get("ManagedPolicyArns"), after.get("ManagedPolicyArns"))
    for arn in attach:
        getattr(iam, f"attach_{lower}_policy")(**me, PolicyArn=arn)
    old = {policy["PolicyName"]: policy["PolicyDocument"] for policy in before.get("Policies") or ()}
    new = {policy["PolicyName"]: policy["PolicyDocument"] for policy in after.get("Policies") or ()}
    for policy, document in new.items():
        if old.get(policy) != document:
            put = getattr(iam, f"put_{lower}_policy")
            put(**me, PolicyName=policy, PolicyDocument=render_document(document))
    for arn in detach:
        quietly(getattr(iam, f"detach_{lower}_policy"), *GONE, **me, PolicyArn=arn)
    for policy in sorted(old.keys() - new.keys()):
        quietly(getattr(iam, f"delete_{lower}_policy"), *GONE, **me, PolicyName=policy)


def write_boundary(iam: Any, kind: Kind, name: str, arn: Value) -> None:
    """Set the permissions boundary, or remove it when ``arn`` is None."""
    lower, me = kind.lower(), {f"{kind}Name": name}
    if arn:
        getattr(iam, f"put_{lower}_permissions_boundary")(**me, PermissionsBoundary=arn)
    else:
        quietly(getattr(iam, f"delete_{lower}_permissions_boundary"), *GONE, **me)


def write_tags(iam: Any, thing: str, me: Mapping[str, str], before: Value, after: Value) -> None:
    """Bring the tags of a ``thing`` (role, user, policy, open_id_connect_provider, …) from ``before`` to ``after``."""
    wanted, gone = tag_changes(before, after)
    if gone:
        getattr(iam, f"untag_{thing}")(**me, TagKeys=gone)
    if wanted:
        getattr(iam, f"tag_{thing}")(**me, Tags=wanted)
