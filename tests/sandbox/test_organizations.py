"""What Organizations refuses, and moto would not. Source: Organizations User Guide, "Quotas"; API reference."""

from __future__ import annotations

import json
from typing import Any

import pytest

DENY = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}


def policy(**changes: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [DENY | changes]})


def create(world: Any, name: str, kind: str = "SERVICE_CONTROL_POLICY", content: str = "") -> str:
    made = world.client("organizations").create_policy(
        Name=name, Description="", Type=kind, Content=content or policy()
    )
    return str(made["Policy"]["PolicySummary"]["Id"])


def enable(world: Any, kind: str) -> None:
    world.client("organizations").enable_policy_type(RootId=world.root, PolicyType=kind)


def test_a_new_account_is_in_progress_first_and_then_reachable(world: Any) -> None:
    organizations = world.client("organizations")
    status = organizations.create_account(Email="new@acme.example", AccountName="new")["CreateAccountStatus"]
    assert status["State"] == "IN_PROGRESS" and "AccountId" not in status
    status = organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
    assert status["State"] == "SUCCEEDED"
    role = (
        world.sandbox.session(status["AccountId"])
        .client("iam")
        .list_attached_role_policies(RoleName="OrganizationAccountAccessRole")
    )
    assert [row["PolicyName"] for row in role["AttachedPolicies"]] == ["AdministratorAccess"]


def test_a_root_email_can_be_used_once(world: Any) -> None:
    organizations = world.client("organizations")
    status = organizations.create_account(Email="WORK@acme.example", AccountName="again")["CreateAccountStatus"]
    found = organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"]
    assert (found["State"], found["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("SERVICE_CONTROL_POLICY", "{"),
        ("SERVICE_CONTROL_POLICY", "[]"),
        ("SERVICE_CONTROL_POLICY", policy(Principal="*")),
        ("SERVICE_CONTROL_POLICY", policy(Effect="deny")),
        ("RESOURCE_CONTROL_POLICY", policy(Principal="*", Effect="Allow")),
        ("RESOURCE_CONTROL_POLICY", policy()),
        ("DECLARATIVE_POLICY_EC2", "not json"),
    ],
)
def test_a_malformed_policy_is_refused(world: Any, refused: Any, kind: str, content: str) -> None:
    create_policy = world.client("organizations").create_policy
    arguments = {"Name": "bad", "Description": "", "Type": kind, "Content": content}
    refused("MalformedPolicyDocumentException", create_policy, **arguments)


@pytest.mark.parametrize(
    ("kind", "most"),
    [("SERVICE_CONTROL_POLICY", 10240), ("RESOURCE_CONTROL_POLICY", 5120), ("AISERVICES_OPT_OUT_POLICY", 2500)],
)
def test_a_policy_over_its_size_is_refused_and_at_its_size_accepted(
    world: Any, refused: Any, kind: str, most: int
) -> None:
    body = policy(Principal="*") if kind.startswith("RESOURCE") else policy()
    create(world, f"full-{kind}", kind, body.ljust(most))
    arguments = {"Name": "over", "Description": "", "Type": kind, "Content": body.ljust(most + 1)}
    response = refused("ConstraintViolationException", world.client("organizations").create_policy, **arguments)
    assert response["Reason"] == "POLICY_CONTENT_LIMIT_EXCEEDED"


@pytest.mark.parametrize("kind", ["DECLARATIVE_POLICY_EC2", "BACKUP_POLICY", "SECURITYHUB_POLICY", "S3_POLICY"])
def test_the_newer_policy_types_can_be_enabled_created_attached_and_listed(world: Any, kind: str) -> None:
    organizations = world.client("organizations")
    enable(world, kind)
    policy_id = create(world, f"new-{kind}", kind, "{}")
    organizations.attach_policy(PolicyId=policy_id, TargetId=world.root)
    found = organizations.list_policies_for_target(TargetId=world.root, Filter=kind)["Policies"]
    assert [row["Id"] for row in found] == [policy_id]
    assert f"/{kind.lower()}/{policy_id}" in found[0]["Arn"]


def test_a_policy_of_a_type_that_is_not_enabled_cannot_be_attached(fresh: Any, refused: Any) -> None:
    policy_id = create(fresh, "early")
    attach = fresh.client("organizations").attach_policy
    refused("PolicyTypeNotEnabledException", attach, PolicyId=policy_id, TargetId=fresh.root)


def test_ten_service_control_policies_fit_on_a_node(fresh: Any, refused: Any) -> None:
    enable(fresh, "SERVICE_CONTROL_POLICY")
    organizations = fresh.client("organizations")
    ids = [create(fresh, f"scp-{number}") for number in range(10)]
    for policy_id in ids[:9]:  # FullAWSAccess is the tenth
        organizations.attach_policy(PolicyId=policy_id, TargetId=fresh.accounts["work"])
    response = refused(
        "ConstraintViolationException",
        organizations.attach_policy,
        PolicyId=ids[9],
        TargetId=fresh.accounts["work"],
    )
    assert response["Reason"] == "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"


def test_the_last_service_control_policy_of_a_node_cannot_be_detached(fresh: Any, refused: Any) -> None:
    enable(fresh, "SERVICE_CONTROL_POLICY")
    organizations = fresh.client("organizations")
    arguments = {"PolicyId": "p-FullAWSAccess", "TargetId": fresh.accounts["work"]}
    response = refused("ConstraintViolationException", organizations.detach_policy, **arguments)
    assert response["Reason"] == "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
    policy_id = create(fresh, "other")
    organizations.attach_policy(PolicyId=policy_id, TargetId=fresh.accounts["work"])
    organizations.detach_policy(**arguments)
    refused("PolicyNotAttachedException", organizations.detach_policy, **arguments)


def test_units_nest_five_deep_with_names_unique_under_a_parent(fresh: Any, refused: Any) -> None:
    organizations, parent, ids = fresh.client("organizations"), fresh.root, []
    for depth in range(5):
        made = organizations.create_organizational_unit(ParentId=parent, Name=f"level-{depth}")
        parent = made["OrganizationalUnit"]["Id"]
        ids.append(parent)
    response = refused(
        "ConstraintViolationException", organizations.create_organizational_unit, ParentId=parent, Name="six"
    )
    assert response["Reason"] == "OU_DEPTH_LIMIT_EXCEEDED"
    refused(
        "DuplicateOrganizationalUnitException",
        organizations.create_organizational_unit,
        ParentId=fresh.root,
        Name="level-0",
    )
    # The same name under another parent is legal, also by renaming.
    other = organizations.create_organizational_unit(ParentId=fresh.root, Name="other")["OrganizationalUnit"]["Id"]
    organizations.create_organizational_unit(ParentId=other, Name="level-1")
    organizations.update_organizational_unit(OrganizationalUnitId=ids[1], Name="level-2")
    refused("OrganizationalUnitNotEmptyException", organizations.delete_organizational_unit, OrganizationalUnitId=other)
    organizations.delete_organizational_unit(OrganizationalUnitId=ids[4])


def test_an_account_moves_from_the_parent_that_it_is_in(fresh: Any, refused: Any) -> None:
    organizations, account = fresh.client("organizations"), fresh.accounts["work"]
    unit = organizations.create_organizational_unit(ParentId=fresh.root, Name="workloads")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=account, SourceParentId=fresh.root, DestinationParentId=unit)
    refused(
        "SourceParentNotFoundException",
        organizations.move_account,
        AccountId=account,
        SourceParentId=fresh.root,
        DestinationParentId=unit,
    )
    assert organizations.list_parents(ChildId=account)["Parents"][0]["Id"] == unit


def test_delegated_administrators_are_members_of_services_with_access(fresh: Any, refused: Any) -> None:
    organizations, service = fresh.client("organizations"), "config.amazonaws.com"
    register = organizations.register_delegated_administrator
    member, management = fresh.accounts["audit"], fresh.sandbox.management_account
    early = refused("ConstraintViolationException", register, AccountId=member, ServicePrincipal=service)
    assert early["Reason"] == "SERVICE_ACCESS_NOT_ENABLED"
    fresh.trust(service)
    master = refused("ConstraintViolationException", register, AccountId=management, ServicePrincipal=service)
    assert master["Reason"] == "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"
    register(AccountId=member, ServicePrincipal=service)
    refused("AccountAlreadyRegisteredException", register, AccountId=member, ServicePrincipal=service)
    # It may read the organization now; other members may not.
    assert len(fresh.client("organizations", "audit").list_accounts()["Accounts"]) == 4
    refused("AccessDeniedException", fresh.client("organizations", "work").list_accounts)
    assert fresh.client("organizations", "work").describe_organization()["Organization"]["Id"] == fresh.id


@pytest.mark.parametrize("principal", ["iam.amazonaws.com", "securityhub.amazonaws.com", "security-ir.amazonaws.com"])
def test_services_of_today_can_be_trusted(world: Any, principal: str) -> None:
    world.trust(principal)
    found = world.client("organizations").list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert principal in {row["ServicePrincipal"] for row in found}


def test_the_management_account_cannot_be_closed(world: Any, refused: Any) -> None:
    close = world.client("organizations").close_account
    response = refused("ConstraintViolationException", close, AccountId=world.sandbox.management_account)
    assert response["Reason"] == "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"


def test_a_role_that_does_not_exist_cannot_be_assumed(world: Any, refused: Any) -> None:
    assume = world.client("sts").assume_role
    arn = f"arn:aws:iam::{world.accounts['work']}:role/Nobody"
    refused("AccessDenied", assume, RoleArn=arn, RoleSessionName="test")
    role = arn.replace("Nobody", "OrganizationAccountAccessRole")
    refused("ValidationError", assume, RoleArn=role, RoleSessionName="test", DurationSeconds=7200)
