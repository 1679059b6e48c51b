"""The identity store: groups can change, and nobody is in one twice. moto: lacks the first and allows the second."""

from __future__ import annotations

from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError

# AttributePath of UpdateGroup → moto's field.
FIELDS = {"displayName": "DisplayName", "description": "Description"}


def _read_store(call: Call) -> Any:
    stores = moto.backend("identitystore", call.account, call.region).identity_stores
    found = stores.get(call.params["IdentityStoreId"])
    if found is None:
        raise _missing("The identity store has nothing in it")
    return found


def _missing(text: str) -> AwsError:
    return AwsError("ResourceNotFoundException", text, 404)


@shim("identitystore", "UpdateGroup")
def update_group(call: Call) -> Answer:
    """Display name and description; names stay unique. Source: Identity Store API reference, UpdateGroup."""
    store, group_id = _read_store(call), call.params["GroupId"]
    group = store.groups.get(group_id)
    if group is None:
        raise _missing("Group not found")
    changes = {}
    for operation in call.params["Operations"]:
        if operation["AttributePath"] not in FIELDS:
            raise AwsError("ValidationException", f"Cannot update {operation['AttributePath']}")
        changes[FIELDS[operation["AttributePath"]]] = operation.get("AttributeValue") or ""
    name = changes.get("DisplayName", group.DisplayName)
    if any(other.DisplayName == name and other.GroupId != group_id for other in store.groups.values()):
        raise AwsError("ConflictException", "Duplicate GroupDisplayName")
    store.groups[group_id] = group._replace(**changes)
    return {"IdentityStoreId": call.params["IdentityStoreId"], "GroupId": group_id}


@shim("identitystore", "CreateGroupMembership")
def create_group_membership(call: Call) -> Answer:
    """Once for a member of a group."""
    wanted = (call.params["GroupId"], call.params["MemberId"]["UserId"])
    rows = _read_store(call).group_memberships.values()
    if wanted in {(row["GroupId"], row["MemberId"]["UserId"]) for row in rows}:
        raise AwsError("ConflictException", "The member is in the group already")
    return call.forward()
