"""Permission sets and their roles, as AWS documents them.

Source: IAM Identity Center User Guide, "Manage AWS accounts with permission sets"; Identity Center API Reference,
ProvisionPermissionSet, DeletePermissionSet.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"
INLINE = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}})


@pytest.fixture
def assigned(fresh: Any) -> tuple[Any, dict[str, str], dict[str, str]]:
    """(Identity Center, the permission set, its assignment to the member work)."""
    center = fresh.client("sso-admin")
    instance = center.list_instances()["Instances"][0]
    here = {"InstanceArn": instance["InstanceArn"]}
    group = fresh.client("identitystore").create_group(
        IdentityStoreId=instance["IdentityStoreId"], DisplayName="people"
    )["GroupId"]
    made = center.create_permission_set(Name="People", **here)["PermissionSet"]["PermissionSetArn"]
    chosen = {**here, "PermissionSetArn": made}
    center.attach_managed_policy_to_permission_set(ManagedPolicyArn=READ, **chosen)
    center.put_inline_policy_to_permission_set(InlinePolicy=INLINE, **chosen)
    assignment = {"TargetId": fresh.accounts["work"], "TargetType": "AWS_ACCOUNT"}
    assignment |= {"PrincipalType": "GROUP", "PrincipalId": group, **chosen}
    center.create_account_assignment(**assignment)
    return center, chosen, assignment


def role_of(world: Any) -> Any:
    """(role, ARNs of its policies, names of its inline ones) in the member work."""
    iam = world.client("iam", "work")
    role = next(row for row in iam.list_roles()["Roles"] if row["RoleName"].startswith("AWSReservedSSO_"))
    attached = iam.list_attached_role_policies(RoleName=role["RoleName"])["AttachedPolicies"]
    inline = iam.list_role_policies(RoleName=role["RoleName"])["PolicyNames"]
    return role, [row["PolicyArn"] for row in attached], inline


def test_a_change_of_the_set_reaches_its_role_when_it_is_provisioned_and_the_role_stays(
    fresh: Any, assigned: Any
) -> None:
    center, chosen, _ = assigned
    before, attached, inline = role_of(fresh)
    assert (attached, inline) == ([READ], ["AwsSSOInlinePolicy"])
    center.detach_managed_policy_from_permission_set(ManagedPolicyArn=READ, **chosen)
    center.attach_managed_policy_to_permission_set(ManagedPolicyArn=AUDIT, **chosen)
    center.delete_inline_policy_from_permission_set(**chosen)
    assert role_of(fresh)[1] == [READ]
    center.provision_permission_set(TargetType="ALL_PROVISIONED_ACCOUNTS", **chosen)
    after, attached, inline = role_of(fresh)
    assert (attached, inline) == ([AUDIT], [])
    assert after["RoleId"] == before["RoleId"]


def test_a_set_that_is_assigned_cannot_be_deleted(fresh: Any, assigned: Any, refused: Any) -> None:
    center, chosen, assignment = assigned
    refused("ConflictException", center.delete_permission_set, **chosen)
    center.delete_account_assignment(**assignment)
    center.delete_permission_set(**chosen)
    names = [row["RoleName"] for row in fresh.client("iam", "work").list_roles()["Roles"]]
    assert not any(name.startswith("AWSReservedSSO_") for name in names)
