"""StackSets with service-managed permissions: what AWS documents, as plain boto3 code.

Source: AWS CloudFormation User Guide, "StackSets concepts", "Manage automatic deployments for CloudFormation StackSets
that use service-managed permissions"; AWS CloudFormation API Reference, the operations' pages.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.sandbox import Sandbox

from .conftest import REGION, World, build

SERVICE = "member.org.stacksets.cloudformation.amazonaws.com"
TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
BASELINE: dict[str, Any] = {
    "Parameters": {"Days": {"Type": "Number", "Default": 30}},
    "Resources": {
        "Audit": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "audit", "AssumeRolePolicyDocument": TRUST}},
        "Log": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": {"Fn::Sub": "/baseline/${Audit}"}, "RetentionInDays": {"Ref": "Days"}},
        },
    },
}
STRANGE = {"Resources": {"Site": {"Type": "AWS::Amplify::App", "Properties": {"Name": "site"}}}}


@pytest.fixture
def world() -> World:
    made = build()
    made.client("cloudformation").activate_organizations_access()
    return made


def denied(call: Callable[[], Any]) -> str:
    """The code that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call()
    return str(caught.value.response["Error"]["Code"])


def unit(world: World, name: str, parent: str = "") -> str:
    made = world.client("organizations").create_organizational_unit(ParentId=parent or world.root, Name=name)
    return str(made["OrganizationalUnit"]["Id"])


def move(world: World, account: str, there: str) -> None:
    organizations = world.client("organizations")
    here = organizations.list_parents(ChildId=account)["Parents"][0]["Id"]
    organizations.move_account(AccountId=account, SourceParentId=here, DestinationParentId=there)


def stack_set(world: World, template: dict[str, Any] = BASELINE, **more: Any) -> Any:
    cloudformation = world.client("cloudformation")
    auto = {"Enabled": True, "RetainStacksOnAccountRemoval": False}
    cloudformation.create_stack_set(
        StackSetName="baseline", TemplateBody=json.dumps(template), PermissionModel="SERVICE_MANAGED",
        Capabilities=["CAPABILITY_NAMED_IAM"], **{"AutoDeployment": auto} | more,
    )  # fmt: skip
    return cloudformation


def deploy(cloudformation: Any, *units: str, regions: tuple[str, ...] = (REGION,), **more: Any) -> dict[str, Any]:
    targets = {"OrganizationalUnitIds": list(units), **more.pop("targets", {})}
    made = cloudformation.create_stack_instances(
        StackSetName="baseline", DeploymentTargets=targets, Regions=list(regions), **more
    )
    found: dict[str, Any] = cloudformation.describe_stack_set_operation(
        StackSetName="baseline", OperationId=made["OperationId"]
    )["StackSetOperation"]
    return found


def instances(cloudformation: Any) -> dict[str, str]:
    rows = cloudformation.list_stack_instances(StackSetName="baseline")["Summaries"]
    return {row["Account"]: row["Status"] for row in rows}


def roles(world: World, account: str) -> set[str]:
    return {role["RoleName"] for role in world.client("iam", account).list_roles()["Roles"]}


def test_a_stack_set_deploys_to_the_members_below_a_unit_and_its_resources_are_really_there(world: World) -> None:
    outer = unit(world, "workloads")
    inner = unit(world, "prod", outer)
    move(world, world.accounts["work"], inner)
    cloudformation = stack_set(world)
    assert deploy(cloudformation, outer)["Status"] == "SUCCEEDED"
    assert instances(cloudformation) == {world.accounts["work"]: "CURRENT"}
    assert "audit" in roles(world, "work") and "audit" not in roles(world, "log")
    groups = world.client("logs", "work").describe_log_groups(logGroupNamePrefix="/baseline/")["logGroups"]
    assert [(row["logGroupName"], row["retentionInDays"]) for row in groups] == [("/baseline/audit", 30)]
    stacks = world.client("cloudformation", "work").describe_stacks()["Stacks"]
    assert [row["StackStatus"] for row in stacks] == ["CREATE_COMPLETE"]
    assert stacks[0]["StackName"].startswith("StackSet-baseline-")


def test_an_account_created_in_or_moved_into_a_target_gets_the_stack_and_loses_it_when_moved_out(world: World) -> None:
    target, other = unit(world, "target"), unit(world, "other")
    cloudformation = stack_set(world)
    deploy(cloudformation, target)
    assert instances(cloudformation) == {}
    late = world.create_account("late")
    assert instances(cloudformation) == {}
    move(world, late, target)
    assert instances(cloudformation) == {late: "CURRENT"} and "audit" in roles(world, "late")
    move(world, late, other)
    assert instances(cloudformation) == {} and "audit" not in roles(world, "late")
    told = cloudformation.list_stack_set_operations(StackSetName="baseline")["Summaries"]
    assert [row["Action"] for row in told] == ["DELETE", "CREATE", "CREATE"]


def test_the_root_as_a_target_covers_accounts_that_are_yet_to_be_created(world: World) -> None:
    cloudformation = stack_set(world)
    deploy(cloudformation, world.root)
    late = world.create_account("newcomer")
    assert instances(cloudformation)[late] == "CURRENT"
    assert world.sandbox.management_account not in instances(cloudformation), "never the management account"


def test_stacks_stay_where_the_set_retains_them_and_where_auto_deployment_is_off(world: World) -> None:
    target = unit(world, "target")
    move(world, world.accounts["work"], target)
    cloudformation = stack_set(world, AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": True})
    deploy(cloudformation, target)
    move(world, world.accounts["work"], world.root)
    assert instances(cloudformation) == {} and "audit" in roles(world, "work")
    cloudformation.update_stack_set(
        StackSetName="baseline", UsePreviousTemplate=True, Capabilities=["CAPABILITY_NAMED_IAM"],
        AutoDeployment={"Enabled": False},
    )  # fmt: skip
    move(world, world.accounts["log"], target)
    assert instances(cloudformation) == {}


def test_a_removed_account_loses_the_stack(world: World) -> None:
    cloudformation = stack_set(world)
    deploy(cloudformation, world.root)
    gone = world.accounts["log"]
    session = world.sandbox.session(gone, REGION)
    world.client("organizations").remove_account_from_organization(AccountId=gone)
    assert gone not in instances(cloudformation)
    assert "audit" not in {role["RoleName"] for role in session.client("iam").list_roles()["Roles"]}


def test_an_update_reaches_all_instances(world: World) -> None:
    cloudformation = stack_set(world)
    deploy(cloudformation, world.root)
    cloudformation.update_stack_set(
        StackSetName="baseline", UsePreviousTemplate=True, Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": "Days", "ParameterValue": "90"}],
    )  # fmt: skip
    groups = world.client("logs", "audit").describe_log_groups(logGroupNamePrefix="/baseline/")["logGroups"]
    assert groups[0]["retentionInDays"] == 90 and set(instances(cloudformation).values()) == {"CURRENT"}


def test_a_type_that_cannot_be_made_fails_the_instance_and_never_passes_silently(world: World) -> None:
    cloudformation = stack_set(world, STRANGE)
    operation = deploy(cloudformation, world.root)
    assert operation["Status"] == "FAILED"
    assert operation["StatusDetails"]["FailedStackInstancesCount"] == 1, (
        "the others are cancelled: nothing is tolerated"
    )
    results = cloudformation.list_stack_set_operation_results(
        StackSetName="baseline", OperationId=operation["OperationId"]
    )["Summaries"]
    assert [row["Status"] for row in results] == ["FAILED", "CANCELLED", "CANCELLED"]
    assert "AWS::Amplify::App" in results[0]["StatusReason"]


def test_failures_up_to_the_tolerance_let_the_operation_succeed(world: World) -> None:
    cloudformation = stack_set(world, STRANGE)
    preferences = {"FailureToleranceCount": 3}
    assert deploy(cloudformation, world.root, OperationPreferences=preferences)["Status"] == "SUCCEEDED"
    assert set(instances(cloudformation).values()) == {"OUTDATED"}


def test_a_guardrail_stops_the_deployment_unless_it_spares_the_execution_role(world: World) -> None:
    organizations = world.client("organizations")
    organizations.enable_policy_type(RootId=world.root, PolicyType="SERVICE_CONTROL_POLICY")
    deny: dict[str, Any] = {"Effect": "Deny", "Action": "iam:CreateRole", "Resource": "*"}
    id = organizations.create_policy(
        Name="no-roles", Description="", Type="SERVICE_CONTROL_POLICY",
        Content=json.dumps({"Version": "2012-10-17", "Statement": [deny]}),
    )["Policy"]["PolicySummary"]["Id"]  # fmt: skip
    organizations.attach_policy(PolicyId=id, TargetId=world.root)
    cloudformation = stack_set(world)
    assert deploy(cloudformation, world.root)["Status"] == "FAILED"
    told = cloudformation.list_stack_instances(StackSetName="baseline")["Summaries"]
    assert any("explicit deny in a service control policy" in row.get("StatusReason", "") for row in told)
    deny["Condition"] = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/stacksets-exec-*"}}
    organizations.update_policy(PolicyId=id, Content=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    assert deploy(cloudformation, world.root)["Status"] == "SUCCEEDED"


def test_the_member_sees_who_deployed_what(world: World) -> None:
    cloudformation = stack_set(world)
    deploy(cloudformation, world.root)
    events = world.client("cloudtrail", "work", "us-east-1").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateRole"}]
    )["Events"]
    record = json.loads(events[0]["CloudTrailEvent"])
    assert record["userIdentity"]["invokedBy"] == "cloudformation.amazonaws.com"
    assert record["sourceIPAddress"] == "cloudformation.amazonaws.com"
    assert ":assumed-role/stacksets-exec-" in record["userIdentity"]["arn"]
    assert "AWSServiceRoleForCloudFormationStackSetsOrgMember" in roles(world, "work")


def test_trusted_access_is_asked_for_first() -> None:
    world = build()
    with pytest.raises(ClientError, match="You must enable organizations access"):
        stack_set(world)


def test_only_the_management_account_and_delegated_administrators_operate_service_managed_sets(world: World) -> None:
    member = world.client("cloudformation", "audit")
    given = {"StackSetName": "mine", "TemplateBody": json.dumps(BASELINE), "PermissionModel": "SERVICE_MANAGED",
             "Capabilities": ["CAPABILITY_NAMED_IAM"]}  # fmt: skip
    assert denied(lambda: member.create_stack_set(**given)) == "ValidationError"
    assert denied(lambda: member.create_stack_set(CallAs="DELEGATED_ADMIN", **given)) == "ValidationError"
    audit = world.accounts["audit"]
    world.client("organizations").register_delegated_administrator(AccountId=audit, ServicePrincipal=SERVICE)
    member.create_stack_set(CallAs="DELEGATED_ADMIN", **given)
    listed = world.client("cloudformation").list_stack_sets()["Summaries"]
    assert [row["StackSetName"] for row in listed] == ["mine"], "it lives in the management account"


def test_refusals_have_cloudformations_codes(world: World) -> None:
    cloudformation = stack_set(world)
    again = {"StackSetName": "baseline", "TemplateBody": json.dumps(BASELINE), "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    managed = {"PermissionModel": "SERVICE_MANAGED"}
    assert denied(lambda: cloudformation.create_stack_set(**again, **managed)) == "NameAlreadyExistsException"
    bare = {"StackSetName": "bare", "TemplateBody": json.dumps(BASELINE)}
    assert denied(lambda: cloudformation.create_stack_set(**bare)) == "InsufficientCapabilitiesException"
    assert denied(lambda: cloudformation.describe_stack_set(StackSetName="lost")) == "StackSetNotFoundException"
    accounts = {"StackSetName": "baseline", "Accounts": [world.accounts["work"]], "Regions": [REGION]}
    assert denied(lambda: cloudformation.create_stack_instances(**accounts)) == "ValidationError"
    deploy(cloudformation, world.root)
    assert denied(lambda: cloudformation.delete_stack_set(StackSetName="baseline")) == "StackSetNotEmptyException"
    cloudformation.delete_stack_instances(
        StackSetName="baseline", DeploymentTargets={"OrganizationalUnitIds": [world.root]}, Regions=[REGION],
        RetainStacks=False,
    )  # fmt: skip
    cloudformation.delete_stack_set(StackSetName="baseline")
    assert cloudformation.list_stack_sets(Status="ACTIVE")["Summaries"] == []


def test_account_filters_narrow_the_units(world: World) -> None:
    cloudformation = stack_set(world)
    work = world.accounts["work"]
    deploy(cloudformation, world.root, targets={"Accounts": [work], "AccountFilterType": "INTERSECTION"})
    assert set(instances(cloudformation)) == {work}
    deploy(cloudformation, world.root, targets={"Accounts": [work], "AccountFilterType": "DIFFERENCE"})
    assert set(instances(cloudformation)) == set(world.accounts.values())


def test_self_managed_sets_need_both_roles(world: World) -> None:
    cloudformation = world.client("cloudformation")
    cloudformation.create_stack_set(
        StackSetName="baseline", TemplateBody=json.dumps(BASELINE), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    where = {"StackSetName": "baseline", "Accounts": [world.accounts["work"]], "Regions": [REGION]}
    cloudformation.create_stack_instances(**where)
    assert instances(cloudformation) == {world.accounts["work"]: "OUTDATED"}
    management = world.sandbox.management_account
    here, there = "AWSCloudFormationStackSetAdministrationRole", "AWSCloudFormationStackSetExecutionRole"
    _role(world.client("iam"), here, {"Service": "cloudformation.amazonaws.com"}, "sts:AssumeRole")
    _role(world.client("iam", "work"), there, {"AWS": f"arn:aws:iam::{management}:role/{here}"}, "*")
    cloudformation.create_stack_instances(**where)
    assert instances(cloudformation) == {world.accounts["work"]: "CURRENT"}


def _role(iam: Any, name: str, principal: dict[str, str], action: str) -> None:
    trust = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    policy = {"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", **policy}))


def test_a_restart_knows_the_same_instances_and_resources(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = Sandbox(path)
    organizations = first.session(region=REGION).client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    world = World(first, "", root)
    world.create_account("work")
    world.client("cloudformation").activate_organizations_access()
    deploy(stack_set(world), root)
    late = world.create_account("late")
    before = [row["StackId"] for row in world.client("cloudformation").list_stack_instances(
        StackSetName="baseline")["Summaries"]]  # fmt: skip
    records = first.front.audit.log.size
    first.close()
    second = Sandbox(path)
    again = World(second, "", root, {"late": late})
    rows = again.client("cloudformation").list_stack_instances(StackSetName="baseline")["Summaries"]
    assert [row["StackId"] for row in rows] == before and len(before) == 2
    assert "audit" in roles(again, "late")
    assert second.front.audit.log.size >= records
