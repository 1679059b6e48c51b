"""CloudFormation stacks, and calls that services make in a caller's name, as plain boto3 code.

Source: AWS CloudFormation User Guide, "Stack status codes", "DeletionPolicy attribute", "CloudFormation service role";
API Reference, CreateStack, UpdateStack; IAM User Guide, "Forward access sessions".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import REGION, World

Refused = Callable[..., dict[str, Any]]
EC2 = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


def role(**more: Any) -> dict[str, Any]:
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": EC2, **more}}


def group(days: int = 30, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": days}, **more}


def body(outputs: dict[str, Any] | None = None, **resources: Any) -> str:
    return json.dumps({"Resources": resources} | ({"Outputs": outputs} if outputs else {}))


def create(world: World, name: str, text: str, **more: Any) -> str:
    cloudformation = world.client("cloudformation", "work")
    cloudformation.create_stack(StackName=name, TemplateBody=text, Capabilities=["CAPABILITY_NAMED_IAM"], **more)
    return str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])


def events(world: World, name: str) -> list[tuple[str, str]]:
    told = world.client("cloudformation", "work").describe_stack_events(StackName=name)["StackEvents"]
    return [(row["LogicalResourceId"], row["ResourceStatus"]) for row in told]


def test_references_give_what_was_really_made_and_outputs_tell_it(world: World) -> None:
    outputs = {"Arn": {"Value": {"Fn::GetAtt": ["Audit", "Arn"]}, "Export": {"Name": "audit-arn"}}}
    named = {"LogGroupName": {"Fn::Sub": "/audit/${Audit}"}}
    text = body(outputs, Log={"Type": "AWS::Logs::LogGroup", "Properties": named}, Audit=role())
    assert create(world, "refs", text) == "CREATE_COMPLETE"
    cloudformation = world.client("cloudformation", "work")
    made = {row["LogicalResourceId"]: row["PhysicalResourceId"]
            for row in cloudformation.describe_stack_resources(StackName="refs")["StackResources"]}  # fmt: skip
    assert made["Audit"].startswith("refs-Audit-") and made["Log"] == f"/audit/{made['Audit']}"
    arn = f"arn:aws:iam::{world.accounts['work']}:role/{made['Audit']}"
    assert cloudformation.describe_stacks(StackName="refs")["Stacks"][0]["Outputs"][0]["OutputValue"] == arn
    assert create(world, "importing", body(G=group(), R=role(Description={"Fn::ImportValue": "audit-arn"}))) == (
        "CREATE_COMPLETE"
    )


def test_a_failure_rolls_back_what_was_made_and_the_events_say_why(world: World) -> None:
    clash = {"Type": "AWS::IAM::Role", "DependsOn": "First", "Properties": {
        "RoleName": "OrganizationAccountAccessRole", "AssumeRolePolicyDocument": EC2}}  # fmt: skip
    assert create(world, "clash", body(First=group(), Second=clash)) == "ROLLBACK_COMPLETE"
    told = events(world, "clash")
    assert ("Second", "CREATE_FAILED") in told and ("First", "DELETE_COMPLETE") in told
    assert not world.client("logs", "work").describe_log_groups(logGroupNamePrefix="clash-")["logGroups"]


def test_a_type_without_a_handler_fails_the_stack(world: World) -> None:
    strange = {"Type": "AWS::Amplify::App", "Properties": {"Name": "site"}}
    assert create(world, "strange", body(Site=strange), OnFailure="DO_NOTHING") == "CREATE_FAILED"
    told = world.client("cloudformation", "work").describe_stack_events(StackName="strange")["StackEvents"]
    reasons = [row.get("ResourceStatusReason", "") for row in told]
    assert any("the sandbox cannot make resources of type AWS::Amplify::App" in text for text in reasons)


def test_an_update_changes_in_place_replaces_adds_and_removes(world: World, refused: Refused) -> None:
    named = {"LogGroupName": "/update/one"}
    create(world, "update", body(Keep=group(**{"Properties": {**named, "RetentionInDays": 7}}), Gone=role()))
    cloudformation, logs = world.client("cloudformation", "work"), world.client("logs", "work")
    changed = body(Keep=group(**{"Properties": {**named, "RetentionInDays": 90}}), New=group())
    cloudformation.update_stack(StackName="update", TemplateBody=changed)
    assert cloudformation.describe_stacks(StackName="update")["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"
    assert logs.describe_log_groups(logGroupNamePrefix="/update/")["logGroups"][0]["retentionInDays"] == 90
    assert {row["LogicalResourceId"] for row in cloudformation.list_stack_resources(StackName="update")[
        "StackResourceSummaries"]} == {"Keep", "New"}  # fmt: skip
    error = refused("ValidationError", cloudformation.update_stack, StackName="update", TemplateBody=changed)
    assert error["Error"]["Message"] == "No updates are to be performed."
    moved = body(Keep=group(**{"Properties": {"LogGroupName": "/update/two", "RetentionInDays": 90}}), New=group())
    cloudformation.update_stack(StackName="update", TemplateBody=moved)
    assert [row["logGroupName"] for row in logs.describe_log_groups(logGroupNamePrefix="/update/")["logGroups"]] == [
        "/update/two"
    ]


def test_a_failed_update_brings_the_old_state_back(world: World) -> None:
    create(world, "undone", body(Log=group(7)))
    cloudformation = world.client("cloudformation", "work")
    worse = body(Log=group(90), Site={"Type": "AWS::Amplify::App", "DependsOn": "Log", "Properties": {"Name": "x"}})
    cloudformation.update_stack(StackName="undone", TemplateBody=worse)
    assert cloudformation.describe_stacks(StackName="undone")["Stacks"][0]["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    groups = world.client("logs", "work").describe_log_groups(logGroupNamePrefix="undone-")["logGroups"]
    assert [row["retentionInDays"] for row in groups] == [7]


def test_a_deleted_stack_leaves_what_its_policy_retains(world: World, refused: Refused) -> None:
    create(world, "bye", body(Kept=group(DeletionPolicy="Retain"), Gone=group()), EnableTerminationProtection=True)
    cloudformation = world.client("cloudformation", "work")
    refused("ValidationError", cloudformation.delete_stack, StackName="bye")
    cloudformation.update_termination_protection(StackName="bye", EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName="bye")
    refused("ValidationError", cloudformation.describe_stacks, StackName="bye")
    groups = world.client("logs", "work").describe_log_groups(logGroupNamePrefix="bye-")["logGroups"]
    assert [row["logGroupName"].split("-")[1] for row in groups] == ["Kept"]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("{", "ValidationError", "Template format error"),
        ("a: [", "ValidationError", "Template format error"),
        ("{}", "ValidationError", "At least one Resources member"),
        (body(A={"Type": "AWS::Not::Real"}), "ValidationError", "Unrecognized resource types: [AWS::Not::Real]"),
        (body(A=role(Description={"Ref": "B"})), "ValidationError", "Unresolved resource dependencies [B]"),
        (body(A=role(Description={"Ref": "B"}), B=role(Description={"Ref": "A"})), "ValidationError", "Circular"),
        (body(A=role()), "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]"),
        (json.dumps({"Parameters": {"P": {"Type": "String"}}, "Resources": {"A": group()}}), "ValidationError",
         "Parameters: [P] must have values"),
    ],
)  # fmt: skip
def test_a_bad_template_is_refused_before_anything_is_made(world: World, text: str, code: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        world.client("cloudformation", "work").create_stack(StackName="bad", TemplateBody=text)
    assert caught.value.response["Error"]["Code"] == code
    assert message in caught.value.response["Error"]["Message"]


def test_a_change_set_tells_what_would_change_and_then_does_it(world: World, refused: Refused) -> None:
    """Source: AWS CloudFormation API Reference, CreateChangeSet; it is what `aws cloudformation deploy` does."""
    cloudformation = world.client("cloudformation", "work")
    given = {"StackName": "changes", "ChangeSetName": "first", "TemplateBody": body(Log=group(7), Old=group())}
    cloudformation.create_change_set(ChangeSetType="CREATE", **given)
    assert cloudformation.describe_stacks(StackName="changes")["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    cloudformation.execute_change_set(ChangeSetName="first", StackName="changes")
    assert cloudformation.describe_stacks(StackName="changes")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    given = {"StackName": "changes", "ChangeSetName": "second", "TemplateBody": body(Log=group(90), New=group())}
    cloudformation.create_change_set(**given)
    told = cloudformation.describe_change_set(StackName="changes", ChangeSetName="second")
    assert {row["ResourceChange"]["LogicalResourceId"]: row["ResourceChange"]["Action"] for row in told["Changes"]} == {
        "Log": "Modify", "New": "Add", "Old": "Remove",
    }  # fmt: skip
    cloudformation.execute_change_set(ChangeSetName="second", StackName="changes")
    cloudformation.create_change_set(**given | {"ChangeSetName": "third"})
    third = cloudformation.describe_change_set(StackName="changes", ChangeSetName="third")
    assert third["Status"] == "FAILED" and "didn't contain changes" in third["StatusReason"]
    refused("InvalidChangeSetStatus", cloudformation.execute_change_set, StackName="changes", ChangeSetName="third")


# ── in somebody's name ──────────────────────────────────────────────────────────────────────────────────────────────


def caller(world: World, name: str, *statements: dict[str, Any]) -> Any:
    """A session of a new role with these statements."""
    iam, account = world.client("iam", "work"), world.accounts["work"]
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Resource": "*", **row} for row in statements]})
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
    keys = world.client("sts", "work").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/{name}", RoleSessionName="test"
    )["Credentials"]
    given = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"],
             "aws_session_token": keys["SessionToken"]}  # fmt: skip
    return world.sandbox.session_with(given, REGION)


def records(world: World, name: str, region: str = REGION) -> list[dict[str, Any]]:
    told = world.client("cloudtrail", "work", region).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}]
    )["Events"]
    return [json.loads(row["CloudTrailEvent"]) for row in told]


VIA = {"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}


def test_a_stack_acts_with_the_callers_permissions_and_the_key_says_through_whom(world: World) -> None:
    allowed = (
        {"Effect": "Allow", "Action": "cloudformation:*"},
        {"Effect": "Allow", "Action": "logs:*", "Condition": VIA},
    )
    session = caller(world, "via", *allowed)
    with pytest.raises(ClientError, match="not authorized to perform: logs:CreateLogGroup"):
        session.client("logs").create_log_group(logGroupName="/via/direct")
    cloudformation = session.client("cloudformation")
    cloudformation.create_stack(StackName="via", TemplateBody=body(Log=group()))
    assert cloudformation.describe_stacks(StackName="via")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    record = next(row for row in records(world, "CreateLogGroup") if "/via" in row["userIdentity"]["arn"])
    assert record["userIdentity"]["invokedBy"] == record["sourceIPAddress"] == "cloudformation.amazonaws.com"
    assert "tlsDetails" not in record


def test_a_service_role_acts_instead_of_the_caller_and_is_no_forward_access_session(world: World) -> None:
    account = world.accounts["work"]
    passing = {"Effect": "Allow", "Action": ["cloudformation:*", "iam:PassRole"]}
    session = caller(world, "passing", passing)
    iam = world.client("iam", "work")
    trust = {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="cfn", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    row = {
        "Effect": "Allow",
        "Action": "logs:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:ViaAWSService": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [row]})
    iam.put_role_policy(RoleName="cfn", PolicyName="p", PolicyDocument=policy)
    cloudformation = session.client("cloudformation")
    given = {"StackName": "byrole", "TemplateBody": body(Log=group()), "RoleARN": f"arn:aws:iam::{account}:role/cfn"}
    cloudformation.create_stack(**given)
    assert cloudformation.describe_stacks(StackName="byrole")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    assert any(":assumed-role/cfn/AWSCloudFormation" in one["userIdentity"]["arn"]
               for one in records(world, "CreateLogGroup"))  # fmt: skip


def key(world: World) -> str:
    return str(world.client("kms", "work").create_key()["KeyMetadata"]["Arn"])


def test_a_key_may_be_used_through_a_service_alone_and_its_use_is_recorded(world: World) -> None:
    arn = key(world)
    through = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}, "Bool": {"aws:ViaAWSService": "true"}}
    session = caller(world, "through", {"Effect": "Allow", "Action": "s3:*"},
                     {"Effect": "Allow", "Action": "kms:*", "Condition": through})  # fmt: skip
    s3, kms = session.client("s3"), session.client("kms")
    s3.create_bucket(Bucket="through-acme", CreateBucketConfiguration={"LocationConstraint": REGION})
    with pytest.raises(ClientError, match="not authorized to perform: kms:GenerateDataKey"):
        kms.generate_data_key(KeyId=arn, KeySpec="AES_256")
    s3.put_object(Bucket="through-acme", Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=arn)
    assert s3.get_object(Bucket="through-acme", Key="a")["Body"].read() == b"x"
    for name in ("GenerateDataKey", "Decrypt"):
        record = next(
            row for row in records(world, name) if row["resources"][0]["ARN"] == arn and "errorCode" not in row
        )
        assert record["userIdentity"]["invokedBy"] == record["sourceIPAddress"] == "AWS Internal"
        assert record["requestParameters"]["encryptionContext"] == {"aws:s3:arn": "arn:aws:s3:::through-acme/a"}
        assert "/through/" in record["userIdentity"]["arn"] and record["readOnly"] is True


def test_a_secret_without_its_key_is_refused_and_the_refusal_of_the_key_is_recorded(world: World) -> None:
    arn = key(world)
    session = caller(world, "keyless", {"Effect": "Allow", "Action": "secretsmanager:*"})
    world.client("secretsmanager", "work").create_secret(Name="keyed", SecretString="x", KmsKeyId=arn)
    with pytest.raises(ClientError, match="AccessDenied"):
        session.client("secretsmanager").get_secret_value(SecretId="keyed")
    record = next(row for row in records(world, "Decrypt") if "/keyless/" in row["userIdentity"]["arn"])
    assert record["errorCode"] == "AccessDenied"
    assert record["userIdentity"]["invokedBy"] == "secretsmanager.amazonaws.com"


def test_the_policy_of_an_endpoint_is_not_asked_about_calls_that_the_service_makes(world: World) -> None:
    """Source: Amazon VPC, "Control access to VPC endpoints using endpoint policies": it is the request's own way in."""
    arn = key(world)
    ec2, s3 = world.client("ec2", "work"), world.client("s3", "work")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    only = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{REGION}.s3", PolicyDocument=json.dumps(only)
    )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
    s3.create_bucket(Bucket="endpoint-acme", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.meta.events.register_first(
        "before-call.*.*", lambda params, **_: params["headers"].update({"x-bastide-source-vpce": endpoint})
    )
    s3.put_object(Bucket="endpoint-acme", Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=arn)
