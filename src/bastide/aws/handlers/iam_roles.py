"""IAM roles: the account's own, and those that AWS services link to themselves.

Service-linked roles are a type of their own because they are made, and unmade, by other calls. Roles that Identity
Center makes are ordinary roles here; their path (``/aws-reserved/sso.amazonaws.com/``) tells them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, Handler, error_code, pages, tag_list
from bastide.aws.handlers.iam_principals import (
    GONE,
    boundary_of,
    details,
    policies_of,
    read_policies,
    write_boundary,
    write_policies,
    write_tags,
)
from bastide.aws.shape import actions, member, parse_document, pick, present, render_document, tags_of, touched
from bastide.aws.waiting import quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties, Scope, Value

LINKED_PATH = "/aws-service-role/"
HOUR = 3600  # seconds. Source: AWS IAM API Reference, UpdateRole: what a session may last unless the role says more
POLL, TRIES = 1.0, 60  # seconds between two looks at a deletion, and how many
READ = ("iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:GetRolePolicy")


def _roles(at: Connection) -> dict[str, dict[str, Any]]:
    """Every role by name, from ListRoles: the only bulk answer with descriptions and session lengths."""
    return at.once(
        "iam:ListRoles", lambda: {role["RoleName"]: role for role in pages(at.client("iam"), "list_roles", "Roles")}
    )


class Role(Handler):
    """AWS::IAM::Role. Create-only: RoleName, Path. Service-linked roles are another type.

    Listed by two calls for the whole account. Deleting removes its policies and takes it out of instance profiles
    first.
    Source: AWS IAM API Reference, CreateRole, DeleteRole.
    """

    type = "AWS::IAM::Role"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ("RoleName",)
    actions = actions(
        read=READ,
        list=("iam:GetAccountAuthorizationDetails", "iam:ListRoles"),
        delete=(
            "iam:DeleteRole",
            "iam:DetachRolePolicy",
            "iam:DeleteRolePolicy",
            "iam:ListInstanceProfilesForRole",
            "iam:RemoveRoleFromInstanceProfile",
            *READ,
        ),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        told = _roles(at)
        return [
            _found({**told.get(detail["RoleName"], {}), **detail}, policies_of(detail, "Role"))
            for detail in details(at)["RoleDetailList"]
            if not detail["Path"].startswith(LINKED_PATH)
        ]

    def read(self, at: Connection, id: str) -> Found | None:
        iam = at.client("iam")
        role = member(quietly(iam.get_role, *GONE, RoleName=id), "Role")
        return None if role is None else _found(role, read_policies(iam, "Role", id))

    def create(self, at: Connection, properties: Properties) -> str:
        iam, name = at.client("iam"), str(properties["RoleName"])
        request = pick(properties, "Path", "Description", "MaxSessionDuration", "PermissionsBoundary")
        request |= present(Tags=tags_of(properties) or None)
        trust = render_document(properties["AssumeRolePolicyDocument"])
        try:
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **request)
        except ClientError as error:
            if error_code(error) != "EntityAlreadyExists":
                raise
            existing = self.read(at, name)
            _write(iam, name, existing.properties if existing else {}, properties, frozenset(properties))
        else:
            write_policies(iam, "Role", name, {}, properties)
        return name

    def update(self, at: Connection, id: str, change: Change) -> None:
        _write(at.client("iam"), id, change.before or {}, change.after or {}, touched(change))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        iam = at.client("iam")
        if quietly(iam.get_role, *GONE, RoleName=id) is None:
            return
        write_policies(iam, "Role", id, read_policies(iam, "Role", id), {})
        for profile in pages(iam, "list_instance_profiles_for_role", "InstanceProfiles", RoleName=id):
            name = profile["InstanceProfileName"]
            iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=id)
        quietly(iam.delete_role, *GONE, RoleName=id)


def _found(role: Mapping[str, Any], policies: dict[str, Value]) -> Found:
    properties = pick(role, "RoleName", "Path", "Description", "MaxSessionDuration")
    trust = parse_document(role["AssumeRolePolicyDocument"])
    properties |= {"AssumeRolePolicyDocument": trust, "Tags": tag_list(role.get("Tags"))}
    return Found(role["RoleName"], properties | policies | boundary_of(role), role["Arn"])


def _write(iam: Any, name: str, before: Properties, after: Properties, names: frozenset[str]) -> None:
    if "AssumeRolePolicyDocument" in names:
        trust = render_document(after["AssumeRolePolicyDocument"])
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust)
    if "Description" in names:
        iam.update_role_description(RoleName=name, Description=after.get("Description") or "")
    if "MaxSessionDuration" in names:
        iam.update_role(RoleName=name, MaxSessionDuration=after.get("MaxSessionDuration") or HOUR)
    if "PermissionsBoundary" in names:
        write_boundary(iam, "Role", name, after.get("PermissionsBoundary"))
    for part in names & {"ManagedPolicyArns", "Policies"}:
        write_policies(iam, "Role", name, pick(before, part), pick(after, part))
    if "Tags" in names:
        write_tags(iam, "role", {"RoleName": name}, before.get("Tags"), after.get("Tags"))


class ServiceLinkedRole(Handler):
    """AWS::IAM::ServiceLinkedRole {AWSServiceName, RoleName, Description}: a role that a service makes for itself.

    AWSServiceName is read from the path. Deleting is a task of AWS's, refused while the service has a use for the role.
    Source: AWS IAM User Guide, "Using service-linked roles".
    """

    type = "AWS::IAM::ServiceLinkedRole"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ("AWSServiceName",)
    actions = actions(
        read=("iam:GetRole",),
        list=("iam:GetAccountAuthorizationDetails", "iam:ListRoles"),
        write=("iam:CreateServiceLinkedRole", "iam:ListRoles", "iam:UpdateRoleDescription"),
        delete=("iam:DeleteServiceLinkedRole", "iam:GetServiceLinkedRoleDeletionStatus"),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        return [_linked(role) for role in _roles(at).values() if role["Path"].startswith(LINKED_PATH)]

    def read(self, at: Connection, id: str) -> Found | None:
        role = member(quietly(at.client("iam").get_role, *GONE, RoleName=id), "Role")
        return None if role is None else _linked(role)

    def create(self, at: Connection, properties: Properties) -> str:
        iam, service = at.client("iam"), str(properties["AWSServiceName"])
        path = f"{LINKED_PATH}{service}/"
        # Asked first: AWS answers a second creation with InvalidInput, which it gives for much else, too.
        for role in pages(iam, "list_roles", "Roles", PathPrefix=path):
            if role["Path"] == path:
                return str(role["RoleName"])
        request = pick(properties, "AWSServiceName", "Description", "CustomSuffix")
        return str(iam.create_service_linked_role(**request)["Role"]["RoleName"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        if "Description" in touched(change):
            text = (change.after or {}).get("Description") or ""
            at.client("iam").update_role_description(RoleName=id, Description=text)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        iam = at.client("iam")
        task = member(quietly(iam.delete_service_linked_role, *GONE, RoleName=id), "DeletionTaskId")
        for _ in range(TRIES if task else 0):
            answer = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
            if answer["Status"] == "SUCCEEDED":
                return
            if answer["Status"] == "FAILED":
                break
            time.sleep(POLL)
        if task:
            fix = "remove what the service still uses it for, then try again"
            raise TargetError(f"AWS did not delete the service-linked role {id}", f"{at.account}/global", fix)


def _linked(role: Mapping[str, Any]) -> Found:
    service = role["Path"].removeprefix(LINKED_PATH).strip("/")
    return Found(role["RoleName"], {"AWSServiceName": service} | pick(role, "RoleName", "Description"), role["Arn"])
