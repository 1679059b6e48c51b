"""The identity store behind IAM Identity Center: groups and who is in them. Users come from the identity provider."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from bastide.aws.differences import desired
from bastide.aws.handler import Connection, Found, Handler, pages
from bastide.aws.handlers.sso import home_of, known_instances
from bastide.aws.shape import pick, touched
from bastide.aws.waiting import quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties, Scope

ABSENT = "ResourceNotFoundException"


def client_of(at: Connection, store: str) -> Any:
    """The identitystore client of the Region that the store lives in."""
    return at.client("identitystore", home_of(at, "IdentityStoreId", store))


def stores(at: Connection) -> Iterable[tuple[str, Any]]:
    """(identity store id, client of its Region) of every Identity Center instance."""
    for instance in known_instances(at):
        yield instance["IdentityStoreId"], at.client("identitystore", instance.get("PrimaryRegion", ""))


class Group(Handler):
    """AWS::IdentityStore::Group. Create-only: IdentityStoreId. Identifier: ``GroupId|IdentityStoreId``.

    Names are unique in a store. Groups that an identity provider synchronizes are listed like any other.
    Source: Identity Store API Reference, CreateGroup, UpdateGroup.
    """

    type = "AWS::IdentityStore::Group"
    service = "identitystore"
    scope = Scope.ORGANIZATION
    identified_by = ("IdentityStoreId", "DisplayName")
    actions: ClassVar = {
        "list": ("sso:ListInstances",),
        "read": ("sso:ListInstances",),
        "create": ("identitystore:GetGroupId",),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        for store, client in stores(at):
            for group in pages(client, "list_groups", "Groups", IdentityStoreId=store):
                yield _group(store, group)

    def read(self, at: Connection, id: str) -> Found | None:
        group, store = id.split("|")
        found = quietly(client_of(at, store).describe_group, ABSENT, IdentityStoreId=store, GroupId=group)
        return None if found is None else _group(store, found)

    def create(self, at: Connection, properties: Properties) -> str:
        store = str(properties["IdentityStoreId"])
        client = client_of(at, store)
        given = pick(properties, "IdentityStoreId", "DisplayName", "Description")
        made = quietly(client.create_group, "ConflictException", **given)
        if made is not None:
            return f"{made['GroupId']}|{store}"
        attribute = {"AttributePath": "displayName", "AttributeValue": properties["DisplayName"]}
        unique = {"UniqueAttribute": attribute}
        return f"{client.get_group_id(IdentityStoreId=store, AlternateIdentifier=unique)['GroupId']}|{store}"

    def update(self, at: Connection, id: str, change: Change) -> None:
        group, store = id.split("|")
        after = desired(change)
        paths = {"DisplayName": "displayName", "Description": "description"}
        operations = [
            {"AttributePath": paths[name], "AttributeValue": after.get(name, "")}
            for name in sorted(touched(change) & paths.keys())
        ]
        client_of(at, store).update_group(IdentityStoreId=store, GroupId=group, Operations=operations)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        group, store = id.split("|")
        quietly(client_of(at, store).delete_group, ABSENT, IdentityStoreId=store, GroupId=group)


class GroupMembership(Handler):
    """AWS::IdentityStore::GroupMembership. Create-only: all of it. Identifier: ``MembershipId|IdentityStoreId``.

    Source: Identity Store API Reference, CreateGroupMembership, ListGroupMemberships.
    """

    type = "AWS::IdentityStore::GroupMembership"
    service = "identitystore"
    scope = Scope.ORGANIZATION
    identified_by = ("IdentityStoreId", "GroupId", "MemberId.UserId")
    actions: ClassVar = {
        "list": ("sso:ListInstances", "identitystore:ListGroups"),
        "read": ("sso:ListInstances",),
        "create": ("identitystore:GetGroupMembershipId",),
    }

    def list(self, at: Connection) -> Iterable[Found]:
        for store, client in stores(at):
            for group in pages(client, "list_groups", "Groups", IdentityStoreId=store):
                which = {"IdentityStoreId": store, "GroupId": group["GroupId"]}
                for found in pages(client, "list_group_memberships", "GroupMemberships", **which):
                    yield _membership(store, found)

    def read(self, at: Connection, id: str) -> Found | None:
        membership, store = id.split("|")
        describe = client_of(at, store).describe_group_membership
        found = quietly(describe, ABSENT, IdentityStoreId=store, MembershipId=membership)
        return None if found is None else _membership(store, found)

    def create(self, at: Connection, properties: Properties) -> str:
        given = {name: properties[name] for name in ("IdentityStoreId", "GroupId", "MemberId")}
        client = client_of(at, str(given["IdentityStoreId"]))
        made = quietly(client.create_group_membership, "ConflictException", **given)
        found = made or client.get_group_membership_id(**given)
        return f"{found['MembershipId']}|{given['IdentityStoreId']}"

    def update(self, at: Connection, id: str, change: Change) -> NoReturn:
        raise TargetError(f"membership {id} cannot change in place", fix="plan again: it is replaced")

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        membership, store = id.split("|")
        remove = client_of(at, store).delete_group_membership
        quietly(remove, ABSENT, IdentityStoreId=store, MembershipId=membership)


def _group(store: str, group: dict[str, Any]) -> Found:
    properties = {"IdentityStoreId": store, **pick(group, "GroupId", "DisplayName", "Description")}
    return Found(f"{group['GroupId']}|{store}", properties, str(group.get("GroupArn", "")))


def _membership(store: str, found: dict[str, Any]) -> Found:
    properties = {"IdentityStoreId": store, **pick(found, "MembershipId", "GroupId", "MemberId")}
    return Found(f"{found['MembershipId']}|{store}", properties)
