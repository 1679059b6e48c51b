"""The audit trail's records: who, what, where, and nothing that AWS keeps out of its log."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError

from bastide.sandbox.principal import Principal, Session
from bastide.sandbox.trail import ec2
from bastide.sandbox.trail.identity import identity
from bastide.sandbox.trail.names import event_name, event_region, event_source, is_read
from bastide.sandbox.trail.record import event_error
from bastide.sandbox.trail.shape import request_of, response_of
from tests.sandbox.conftest import World

Refused = Callable[..., dict[str, Any]]
MARK = "hush-hush-4711"
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'


def records(world: World, name: str = "", account: str = "") -> list[dict[str, Any]]:
    """All records of an event name in a named account, oldest first."""
    log = world.sandbox.front.audit.log
    lines = [line for line in log.read(0, log.size) if not account or line.account == world.accounts[account]]
    found = [json.loads(bytes(line.record)) for line in lines]
    return [record for record in found if not name or record["eventName"] == name]


def test_a_call_becomes_one_record_with_the_fields_that_aws_writes(world: World) -> None:
    iam = world.client("iam", "work")
    iam.create_role(RoleName="recorded", AssumeRolePolicyDocument=TRUST)
    (record,) = [
        row for row in records(world, "CreateRole", "work") if row["requestParameters"]["roleName"] == "recorded"
    ]
    assert record["eventVersion"] == "1.11"
    assert record["eventSource"] == "iam.amazonaws.com"
    assert record["awsRegion"] == "us-east-1"  # IAM is global, wherever the client was
    assert record["readOnly"] is False
    assert record["eventType"] == "AwsApiCall"
    assert (record["managementEvent"], record["eventCategory"]) == (True, "Management")
    assert record["recipientAccountId"] == world.accounts["work"]
    assert record["requestParameters"]["assumeRolePolicyDocument"] == TRUST
    assert record["responseElements"]["role"]["assumeRolePolicyDocument"].startswith("%7B%22Version%22")
    assert record["tlsDetails"]["clientProvidedHostHeader"] == "iam.amazonaws.com"
    assert "Boto3" in record["userAgent"]
    assert record["eventID"] != record["requestID"]
    assert "errorCode" not in record
    who = record["userIdentity"]
    assert who["type"] == "AssumedRole"
    assert who["sessionContext"]["sessionIssuer"]["userName"] == "OrganizationAccountAccessRole"
    assert set(who["sessionContext"]["attributes"]) == {"creationDate", "mfaAuthenticated"}


def test_reads_answer_nothing_in_the_log(world: World) -> None:
    world.client("iam", "work").list_roles()
    record = records(world, "ListRoles", "work")[-1]
    assert (record["readOnly"], record["responseElements"]) == (True, None)


def test_a_refused_call_is_recorded_with_the_code_that_cloudtrail_writes(world: World) -> None:
    with pytest.raises(ClientError):
        world.client("iam", "work").get_role(RoleName="nobody")
    assert records(world, "GetRole", "work")[-1]["errorCode"] == "NoSuchEntityException"
    with pytest.raises(ClientError):
        world.client("ec2", "work").describe_instances(InstanceIds=["i-0123456789abcdef0"])
    record = records(world, "DescribeInstances", "work")[-1]
    assert record["errorCode"] == "Client.InvalidInstanceID.NotFound"
    assert record["requestParameters"] == {"instancesSet": {"items": [{"instanceId": "i-0123456789abcdef0"}]}}


def test_a_denied_attempt_is_recorded_and_found_a_moment_later(world: World) -> None:
    iam = world.client("iam", "work")
    iam.create_user(UserName="mallory")
    key = iam.create_access_key(UserName="mallory")["AccessKey"]
    inner = botocore.session.Session()
    world.sandbox.attach(inner)
    intruder = boto3.Session(
        key["AccessKeyId"], key["SecretAccessKey"], region_name="eu-west-1", botocore_session=inner
    )
    sequence = world.sandbox.front.sequence
    with pytest.raises(ClientError) as denied:
        intruder.client("cloudtrail").stop_logging(Name="org")
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    assert world.sandbox.front.sequence == sequence  # nothing changed: no business of the journal
    record = records(world, "StopLogging", "work")[-1]
    assert record["errorCode"] == "AccessDenied"
    assert "cloudtrail:StopLogging" in record["errorMessage"]
    assert record["requestParameters"] == {"name": "org"}
    assert record["userIdentity"]["userName"] == "mallory"
    with pytest.raises(ClientError):
        intruder.client("ec2").describe_instances()
    assert records(world, "DescribeInstances", "work")[-1]["errorCode"] == "Client.UnauthorizedOperation"
    history = world.client("cloudtrail", "work").lookup_events(
        LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": "mallory"}]
    )["Events"]
    assert [event["EventName"] for event in history] == ["DescribeInstances", "StopLogging"]


def test_a_bucket_owner_sees_who_reads_across_accounts(world: World) -> None:
    s3, audit = world.client("s3", "work"), world.accounts["audit"]
    s3.create_bucket(Bucket="shared-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    root = {"AWS": f"arn:aws:iam::{audit}:root"}
    row = {
        "Effect": "Allow",
        "Principal": root,
        "Action": "s3:GetBucketPolicy",
        "Resource": "arn:aws:s3:::shared-bucket",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [row]})
    s3.put_bucket_policy(Bucket="shared-bucket", Policy=policy)
    world.client("s3", "audit").get_bucket_policy(Bucket="shared-bucket")
    (mine,) = records(world, "GetBucketPolicy", "audit")
    (theirs,) = records(world, "GetBucketPolicy", "work")
    assert mine["sharedEventID"] == theirs["sharedEventID"]
    assert theirs["userIdentity"]["accountId"] == audit
    assert theirs["userIdentity"]["type"] == "AWSAccount"
    assert mine["resources"][0]["accountId"] == world.accounts["work"]


def test_a_call_across_accounts_is_in_both_under_one_shared_id(world: World) -> None:
    role = f"arn:aws:iam::{world.accounts['work']}:role/OrganizationAccountAccessRole"
    world.client("sts").assume_role(RoleArn=role, RoleSessionName="across")
    mine, theirs = [
        record for record in records(world, "AssumeRole") if record["requestParameters"]["roleSessionName"] == "across"
    ]
    assert mine["recipientAccountId"] == world.sandbox.management_account
    assert theirs["recipientAccountId"] == world.accounts["work"]
    assert mine["sharedEventID"] == theirs["sharedEventID"]
    assert mine["eventID"] != theirs["eventID"]
    assert theirs["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": mine["userIdentity"]["principalId"],
        "accountId": world.sandbox.management_account,
    }
    assert mine["resources"] == [{"accountId": world.accounts["work"], "type": "AWS::IAM::Role", "ARN": role}]
    assert "secretAccessKey" not in mine["responseElements"]["credentials"]
    assert mine["readOnly"] is True  # as CloudTrail counts it


def test_organizations_tells_what_became_of_a_new_account(world: World) -> None:
    found = [row for row in records(world, "CreateAccountResult") if row["eventType"] == "AwsServiceEvent"]
    made = {row["serviceEventDetails"]["createAccountStatus"]["accountId"] for row in found}
    assert made >= set(world.accounts.values())
    assert found[0]["userIdentity"]["invokedBy"] == "organizations.amazonaws.com"


def test_no_secret_is_ever_in_the_log(world: World) -> None:
    client = world.client
    work = "work"
    client("secretsmanager", work).create_secret(Name="one", SecretString=MARK)
    client("secretsmanager", work).put_secret_value(SecretId="one", SecretString=MARK)
    client("secretsmanager", work).get_secret_value(SecretId="one")
    client("ssm", work).put_parameter(Name="p", Value=MARK, Type="SecureString")
    client("ssm", work).get_parameter(Name="p", WithDecryption=True)
    client("iam", work).create_user(UserName="keeper")
    client("iam", work).create_login_profile(UserName="keeper", Password=f"{MARK}-Aa1!")
    key = client("iam", work).create_access_key(UserName="keeper")["AccessKey"]
    kms = client("kms", work)
    key_id = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.encrypt(KeyId=key_id, Plaintext=MARK.encode())
    data_key = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256")["Plaintext"]
    client("rds", work).create_db_instance(
        DBInstanceIdentifier="db",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        MasterUsername="root",
        MasterUserPassword=MARK,
        AllocatedStorage=20,
    )
    image = client("ec2", work).describe_images()["Images"]
    client("ec2", work).run_instances(
        ImageId=image[0]["ImageId"] if image else "ami-12345678", MinCount=1, MaxCount=1, UserData=MARK
    )
    session = client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{world.accounts['work']}:role/OrganizationAccountAccessRole", RoleSessionName="ops"
    )["Credentials"]
    log = world.sandbox.front.audit.log
    text = b"".join(bytes(line.record) for line in log.read(0, log.size))
    assert text.count(b"CreateDBInstance") == 1
    for secret in (MARK, key["SecretAccessKey"], session["SecretAccessKey"]):
        assert secret.encode() not in text
    assert data_key not in text
    put = records(world, "PutParameter", "work")[-1]["requestParameters"]
    assert put["value"] == "HIDDEN_DUE_TO_SECURITY_REASONS"
    assert records(world, "CreateDBInstance", "work")[-1]["requestParameters"]["masterUserPassword"] == "****"
    assert records(world, "RunInstances", "work")[-1]["requestParameters"]["userData"] == "<sensitiveDataRemoved>"
    assert records(world, "CreateAccount")[-1]["requestParameters"] == {"email": "****", "accountName": "****"}


def test_the_caller_of_the_sandbox_may_say_where_it_comes_from(world: World) -> None:
    iam = world.client("iam", "work")

    def from_elsewhere(params: Any, **_: Any) -> None:
        params["headers"]["x-bastide-source-ip"] = "198.51.100.7"
        params["headers"]["x-bastide-source-vpce"] = "vpce-0a1b2c3d"

    iam.meta.events.register_first("before-call.*.*", from_elsewhere)
    iam.list_users()
    record = records(world, "ListUsers", "work")[-1]
    assert (record["sourceIPAddress"], record["vpcEndpointId"]) == ("198.51.100.7", "vpce-0a1b2c3d")


def test_s3_calls_name_bucket_host_and_document(world: World) -> None:
    s3 = world.client("s3", "work")
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="recorded-bucket", CreateBucketConfiguration=where)
    on = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    s3.put_public_access_block(Bucket="recorded-bucket", PublicAccessBlockConfiguration=on)
    record = records(world, "PutBucketPublicAccessBlock", "work")[-1]
    params = record["requestParameters"]
    assert params["bucketName"] == "recorded-bucket"
    assert params["Host"] == "recorded-bucket.s3.eu-west-1.amazonaws.com"
    assert params["publicAccessBlock"] == ""
    assert params["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    assert record["resources"][0]["ARN"] == "arn:aws:s3:::recorded-bucket"
    assert record["additionalEventData"]["bytesTransferredIn"] > 0


@pytest.mark.parametrize(
    ("service", "operation", "name"),
    [
        # Source: AWS Lambda Developer Guide, "Logging AWS Lambda API calls using AWS CloudTrail".
        ("lambda", "CreateFunction", "CreateFunction20150331"),
        ("lambda", "UpdateFunctionCode", "UpdateFunctionCode20150331v2"),
        ("lambda", "AddPermission", "AddPermission20150331v2"),
        ("lambda", "DeleteFunction", "DeleteFunction20150331"),
        ("lambda", "PublishLayerVersion", "PublishLayerVersion20181031"),
        ("lambda", "CreateFunctionUrlConfig", "CreateFunctionUrlConfig"),
        ("lambda", "Invoke", "Invoke"),
        # Source: Amazon S3 User Guide, "Amazon S3 CloudTrail events".
        ("s3", "ListObjectsV2", "ListObjects"),
        ("s3", "PutPublicAccessBlock", "PutBucketPublicAccessBlock"),
        ("s3", "PutBucketLifecycleConfiguration", "PutBucketLifecycle"),
        ("s3control", "PutPublicAccessBlock", "PutAccountPublicAccessBlock"),
        ("iam", "CreateRole", "CreateRole"),
    ],
)
def test_event_names_are_cloudtrails(service: str, operation: str, name: str) -> None:
    assert event_name(service, operation) == name


def test_event_sources_regions_and_reads_are_cloudtrails() -> None:
    assert event_source("cloudwatch") == "monitoring.amazonaws.com"
    assert event_source("sso-admin") == "sso.amazonaws.com"
    assert event_source("stepfunctions") == "states.amazonaws.com"
    assert event_region("organizations", "eu-west-1") == "us-east-1"
    assert event_region("sts", "eu-west-1") == "eu-west-1"
    assert is_read("kms", "Decrypt")
    assert is_read("ec2", "GetPasswordData")
    assert not is_read("sts", "GetFederationToken")
    assert not is_read("kms", "CreateGrant")


def test_denials_have_one_code_but_for_ec2() -> None:
    assert event_error("kms", "AccessDeniedException", 400) == "AccessDenied"
    assert event_error("ec2", "UnauthorizedOperation", 403) == "Client.UnauthorizedOperation"
    assert event_error("ec2", "InternalError", 500) == "Server.InternalError"
    assert event_error("iam", "EntityAlreadyExists", 409) == "EntityAlreadyExistsException"


def test_rules_of_security_groups_are_items() -> None:
    # Source: AWS documentation, CloudTrail record of AuthorizeSecurityGroupIngress.
    made = ec2.request_parameters(
        "AuthorizeSecurityGroupIngress",
        {
            "GroupId": "sg-1",
            "IpPermissions": [
                {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
            ],
        },
    )
    assert made == {
        "groupId": "sg-1",
        "ipPermissions": {
            "items": [
                {
                    "ipProtocol": "tcp",
                    "fromPort": 22,
                    "toPort": 22,
                    "groups": {},
                    "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
                    "ipv6Ranges": {},
                    "prefixListIds": {},
                }
            ]
        },
    }


def test_newer_ec2_operations_are_wrapped() -> None:
    made = ec2.request_parameters("CreateFlowLogs", {"ResourceType": "VPC", "ResourceIds": ["vpc-1"]})
    wanted = {"CreateFlowLogsRequest": {"ResourceType": "VPC", "ResourceId": {"tag": 1, "content": "vpc-1"}}}
    assert made == wanted


def test_a_recursive_shape_does_not_hang() -> None:
    convert = request_of("ce", "GetCostAndUsage")
    assert convert is not None
    inner = {"Dimensions": {"Key": "SERVICE", "Values": ["a"]}}
    made = convert({"Filter": {"And": [inner, {"Not": inner}]}})
    assert made["filter"]["and"][1]["not"]["dimensions"]["values"] == ["a"]


def test_dates_are_as_java_prints_them() -> None:
    convert = response_of("sts", "AssumeRole")
    assert convert is not None
    at = datetime(2024, 7, 30, 21, 46, 15, tzinfo=UTC)
    assert convert({"Credentials": {"Expiration": at}}) == {"credentials": {"expiration": "Jul 30, 2024, 9:46:15 PM"}}


# ── who ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_session_says_who_stands_behind_it() -> None:
    session = Session(
        NOW,
        NOW,
        issuer_arn="arn:aws:iam::111122223333:role/ops/deploy",
        issuer_id="AROAX",
        name="ada",
        source_identity="ada@acme.example",
        mfa=True,
    )
    arn = "arn:aws:sts::111122223333:assumed-role/deploy/ada"
    made = identity(Principal("111122223333", arn, "AROAX:ada", "ASIAX", "AssumedRole", session))
    assert made == {
        "type": "AssumedRole",
        "principalId": "AROAX:ada",
        "arn": arn,
        "accountId": "111122223333",
        "accessKeyId": "ASIAX",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAX",
                "arn": "arn:aws:iam::111122223333:role/ops/deploy",
                "accountId": "111122223333",
                "userName": "deploy",
            },
            "attributes": {"creationDate": "2026-01-02T03:04:05Z", "mfaAuthenticated": "true"},
            "sourceIdentity": "ada@acme.example",
        },
    }


def test_users_root_services_and_strangers_look_as_in_cloudtrail() -> None:
    user = identity(Principal("1" * 12, f"arn:aws:iam::{'1' * 12}:user/team/ada", "AIDAX", "AKIAX", "IAMUser"))
    assert (user["type"], user["userName"]) == ("IAMUser", "ada")
    assert "sessionContext" not in user
    root = identity(Principal("1" * 12, f"arn:aws:iam::{'1' * 12}:root", "1" * 12, "ASIAX", "Root"))
    assert "userName" not in root
    service = identity(Principal("1" * 12, "s3.amazonaws.com", "s3.amazonaws.com", "", "AWSService"))
    assert service == {"type": "AWSService", "invokedBy": "s3.amazonaws.com"}
    nobody = identity(Principal("1" * 12, "anonymous", "anonymous", "", "Anonymous"))
    assert nobody["accountId"] == "anonymous"
