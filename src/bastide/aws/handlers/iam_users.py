"""IAM users with what they can sign in with, and IAM groups.

Secrets are neither read nor kept: of an access key only its last four characters, its status and its age.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, Handler, Lister, ask, error_code, pages, tag_list
from bastide.aws.handlers.iam_account import credential_report
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
from bastide.aws.shape import actions, member, pick, present, set_changes, tags_of, touched
from bastide.aws.waiting import quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties, Scope, Unknown, Value

SIGN_IN = ("iam:GetLoginProfile", "iam:ListMFADevices", "iam:ListAccessKeys")


def masked(access_key: str) -> str:
    """The key's last four characters behind stars, as long as the key."""
    return "*" * (len(access_key) - 4) + access_key[-4:]


class User(Handler):
    """AWS::IAM::User. Create-only: UserName.

    ``LoginProfile`` is ``{}`` where the user has a console password, else absent. Ours: ``MFADevices`` (serial numbers)
    and ``AccessKeys`` [{AccessKeyId masked, Status, CreateDate}]: an update may change a key's status or leave it out,
    which deletes it; keys, devices and passwords that are gone cannot be brought back.
    """

    type = "AWS::IAM::User"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ("UserName",)
    actions = actions(
        read=(
            "iam:GetUser",
            "iam:ListAttachedUserPolicies",
            "iam:ListUserPolicies",
            "iam:GetUserPolicy",
            "iam:ListGroupsForUser",
            *SIGN_IN,
        ),
        list=("iam:GetAccountAuthorizationDetails", *SIGN_IN),
        write=("iam:UpdateAccessKey", "iam:DeleteAccessKey"),
        delete=(
            "iam:DeleteUser",
            "iam:GetUser",
            "iam:DeleteLoginProfile",
            "iam:DeleteAccessKey",
            "iam:DeactivateMFADevice",
            "iam:RemoveUserFromGroup",
            "iam:DetachUserPolicy",
            "iam:DeleteUserPolicy",
            "iam:ListGroupsForUser",
            "iam:ListAttachedUserPolicies",
            "iam:ListUserPolicies",
            "iam:GetUserPolicy",
            *SIGN_IN,
        ),
    )

    def narrowed(self, properties: Collection[str] | None) -> Lister:
        return _ByReport()

    def list(self, at: Connection) -> Iterable[Found]:
        iam = at.client("iam")
        return [
            _user(iam, detail, policies_of(detail, "User"), detail.get("GroupList", []))
            for detail in details(at)["UserDetailList"]
        ]

    def read(self, at: Connection, id: str) -> Found | None:
        iam = at.client("iam")
        user = member(quietly(iam.get_user, *GONE, UserName=id), "User")
        if user is None:
            return None
        return _user(iam, user, read_policies(iam, "User", id), _groups(iam, id))

    def create(self, at: Connection, properties: Properties) -> str:
        iam, name = at.client("iam"), str(properties["UserName"])
        request = pick(properties, "Path", "PermissionsBoundary") | present(Tags=tags_of(properties) or None)
        before: Properties = pick(properties, "Path", "PermissionsBoundary", "Tags")
        try:
            iam.create_user(UserName=name, **request)
        except ClientError as error:
            if error_code(error) != "EntityAlreadyExists":
                raise
            existing = self.read(at, name)
            before = existing.properties if existing else {}
        _write_user(iam, name, before, properties, frozenset(properties) - {"AccessKeys", "MFADevices"})
        return name

    def update(self, at: Connection, id: str, change: Change) -> None:
        _write_user(at.client("iam"), id, change.before or {}, change.after or {}, touched(change))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        iam = at.client("iam")
        if quietly(iam.get_user, *GONE, UserName=id) is None:
            return
        quietly(iam.delete_login_profile, *GONE, UserName=id)
        for key in pages(iam, "list_access_keys", "AccessKeyMetadata", UserName=id):
            iam.delete_access_key(UserName=id, AccessKeyId=key["AccessKeyId"])
        for device in pages(iam, "list_mfa_devices", "MFADevices", UserName=id):
            iam.deactivate_mfa_device(UserName=id, SerialNumber=device["SerialNumber"])
        for group in _groups(iam, id):
            iam.remove_user_from_group(UserName=id, GroupName=group)
        write_policies(iam, "User", id, read_policies(iam, "User", id), {})
        quietly(iam.delete_user, *GONE, UserName=id)


class _ByReport:
    """Users as the credential report knows them: who has no password, no key and no device is asked for none of these.

    The report may be four hours old, as it may be for AWS Config's own rules about users; for a user that it does not
    know, or knows an earlier one of, all is asked.
    Source: AWS IAM User Guide, "Generate credential reports for your AWS account".
    """

    type, service, scope = User.type, User.service, User.scope

    def list(self, at: Connection) -> Iterable[Found]:
        """Every user, complete."""
        iam, report = at.client("iam"), credential_report(at)
        rows = {} if isinstance(report, Unknown) else {row.get("arn"): row for row in report}
        for detail in details(at)["UserDetailList"]:
            told = rows.get(detail["Arn"], {})
            lacks = _lacks(told) if _same_user(told, detail) else frozenset()
            yield _user(iam, detail, policies_of(detail, "User"), detail.get("GroupList", []), lacks)


def _same_user(told: Mapping[str, str], detail: Mapping[str, Any]) -> bool:
    made = detail.get("CreateDate")
    return made is not None and told.get("user_creation_time", "").startswith(f"{made:%Y-%m-%dT%H:%M:%S}")


def _lacks(told: Mapping[str, str]) -> frozenset[str]:
    """Which of LoginProfile, AccessKeys and MFADevices the report says that a user has none of."""
    keys = [told.get(f"access_key_{number}_{fact}") for number in (1, 2) for fact in ("active", "last_rotated")]
    nothing = {
        "LoginProfile": told.get("password_enabled") == "false",
        "MFADevices": told.get("mfa_active") == "false",
        "AccessKeys": keys == ["false", "N/A"] * 2,
    }
    return frozenset(name for name, none in nothing.items() if none)


def _groups(iam: Any, name: str) -> list[str]:
    return [group["GroupName"] for group in pages(iam, "list_groups_for_user", "Groups", UserName=name)]


def _user(
    iam: Any,
    user: Mapping[str, Any],
    policies: dict[str, Value],
    groups: Iterable[str],
    lacks: frozenset[str] = frozenset(),
) -> Found:
    """``lacks``: of what the user is known to have none."""
    name = user["UserName"]
    profile: Value = None
    keys: Value = []
    devices: Value = []
    if "LoginProfile" not in lacks:
        profile = member(ask(iam.get_login_profile, absent=GONE, UserName=name), "LoginProfile")
    if "AccessKeys" not in lacks:
        keys = member(ask(iam.list_access_keys, UserName=name), "AccessKeyMetadata")
    if "MFADevices" not in lacks:
        devices = member(ask(iam.list_mfa_devices, UserName=name), "MFADevices")
    properties = (
        pick(user, "UserName", "Path")
        | policies
        | boundary_of(user)
        | present(
            Groups=sorted(groups),
            LoginProfile=profile if profile is None or isinstance(profile, Unknown) else {},
            AccessKeys=keys if isinstance(keys, Unknown) else [_key(key) for key in keys],
            MFADevices=devices if isinstance(devices, Unknown) else sorted(item["SerialNumber"] for item in devices),
            Tags=tag_list(user.get("Tags")),
        )
    )
    return Found(name, properties, user["Arn"])


def _key(key: Mapping[str, Any]) -> dict[str, Value]:
    created = key["CreateDate"].isoformat() if key.get("CreateDate") else Unknown("ListAccessKeys: no creation date")
    return {"AccessKeyId": masked(key["AccessKeyId"]), "Status": key["Status"], "CreateDate": created}


def _write_user(iam: Any, name: str, before: Properties, after: Properties, names: frozenset[str]) -> None:
    if "Path" in names and before.get("Path") != after.get("Path"):
        iam.update_user(UserName=name, NewPath=after.get("Path") or "/")
    if "PermissionsBoundary" in names and before.get("PermissionsBoundary") != after.get("PermissionsBoundary"):
        write_boundary(iam, "User", name, after.get("PermissionsBoundary"))
    for part in names & {"ManagedPolicyArns", "Policies"}:
        write_policies(iam, "User", name, pick(before, part), pick(after, part))
    if "Groups" in names:
        joined, left = set_changes(before.get("Groups"), after.get("Groups"))
        for group in joined:
            iam.add_user_to_group(UserName=name, GroupName=group)
        for group in left:
            iam.remove_user_from_group(UserName=name, GroupName=group)
    if "LoginProfile" in names:
        _write_login(iam, name, before.get("LoginProfile"), after.get("LoginProfile"))
    if "AccessKeys" in names:
        _write_keys(iam, name, after.get("AccessKeys") or [])
    if "Tags" in names:
        write_tags(iam, "user", {"UserName": name}, before.get("Tags"), after.get("Tags"))


def _write_login(iam: Any, name: str, before: Value, after: Value) -> None:
    if after is None:
        quietly(iam.delete_login_profile, *GONE, UserName=name)
    elif before is None and not after.get("Password"):
        fix = "let the user's administrator set a new password"
        raise TargetError(f"the console password of {name} cannot be brought back: nobody but AWS knew it", "", fix)
    elif before is None:
        iam.create_login_profile(UserName=name, **pick(after, "Password", "PasswordResetRequired"))


def _write_keys(iam: Any, name: str, wanted: Iterable[Mapping[str, Any]]) -> None:
    """Statuses as wanted; keys that are not wanted are deleted. Keys are told apart by what the mask leaves."""
    status = {key["AccessKeyId"][-4:]: key["Status"] for key in wanted}
    for key in pages(iam, "list_access_keys", "AccessKeyMetadata", UserName=name):
        me = {"UserName": name, "AccessKeyId": key["AccessKeyId"]}
        ending = key["AccessKeyId"][-4:]
        if ending not in status:
            iam.delete_access_key(**me)
        elif status.pop(ending) != key["Status"]:
            iam.update_access_key(**me, Status="Inactive" if key["Status"] == "Active" else "Active")
    if status:
        fix = "let its owner make a new one"
        raise TargetError(f"a deleted access key of {name} cannot be brought back", "", fix)


class Group(Handler):
    """AWS::IAM::Group. Create-only: GroupName. Members are a property of the users."""

    type = "AWS::IAM::Group"
    service = "iam"
    scope = Scope.ACCOUNT
    identified_by = ("GroupName",)
    actions = actions(
        read=("iam:GetGroup", "iam:ListAttachedGroupPolicies", "iam:ListGroupPolicies", "iam:GetGroupPolicy"),
        list=("iam:GetAccountAuthorizationDetails",),
        delete=(
            "iam:DeleteGroup",
            "iam:GetGroup",
            "iam:DetachGroupPolicy",
            "iam:DeleteGroupPolicy",
            "iam:RemoveUserFromGroup",
            "iam:ListAttachedGroupPolicies",
            "iam:ListGroupPolicies",
            "iam:GetGroupPolicy",
        ),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        return [_group(detail, policies_of(detail, "Group")) for detail in details(at)["GroupDetailList"]]

    def read(self, at: Connection, id: str) -> Found | None:
        iam = at.client("iam")
        group = member(quietly(iam.get_group, *GONE, GroupName=id), "Group")
        return None if group is None else _group(group, read_policies(iam, "Group", id))

    def create(self, at: Connection, properties: Properties) -> str:
        iam, name = at.client("iam"), str(properties["GroupName"])
        before: Properties = {}
        try:
            iam.create_group(GroupName=name, **pick(properties, "Path"))
        except ClientError as error:
            if error_code(error) != "EntityAlreadyExists":
                raise
            existing = self.read(at, name)
            before = existing.properties if existing else {}
        write_policies(iam, "Group", name, before, properties)
        return name

    def update(self, at: Connection, id: str, change: Change) -> None:
        iam, names = at.client("iam"), touched(change)
        if "Path" in names:
            iam.update_group(GroupName=id, NewPath=(change.after or {}).get("Path") or "/")
        for part in names & {"ManagedPolicyArns", "Policies"}:
            write_policies(iam, "Group", id, pick(change.before or {}, part), pick(change.after or {}, part))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        iam = at.client("iam")
        group = quietly(iam.get_group, *GONE, GroupName=id)
        if group is None:
            return
        for user in group["Users"]:
            iam.remove_user_from_group(GroupName=id, UserName=user["UserName"])
        write_policies(iam, "Group", id, read_policies(iam, "Group", id), {})
        quietly(iam.delete_group, *GONE, GroupName=id)


def _group(group: Mapping[str, Any], policies: dict[str, Value]) -> Found:
    return Found(group["GroupName"], pick(group, "GroupName", "Path") | policies, group["Arn"])
