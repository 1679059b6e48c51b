"""Calls that intruders make and landing zones never do: AWS's documented answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.attack.scenery import code as package
from bastide.attack.stage import policy
from bastide.sandbox import Sandbox

HOME = "eu-west-1"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    made.session().client("organizations").create_organization(FeatureSet="ALL")
    yield made
    made.close()


def client(sandbox: Sandbox, service: str, account: str = "") -> Any:
    return sandbox.session(account or None, region=HOME).client(service)


def member(sandbox: Sandbox, name: str) -> str:
    organizations = client(sandbox, "organizations")
    made = organizations.create_account(Email=f"{name}@acme.example", AccountName=name)["CreateAccountStatus"]
    status = organizations.describe_create_account_status(CreateAccountRequestId=made["Id"])["CreateAccountStatus"]
    return str(status["AccountId"])


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_member_leaves_by_itself_and_the_management_account_cannot(sandbox: Sandbox) -> None:
    account = member(sandbox, "leaver")
    client(sandbox, "organizations", account).leave_organization()
    listed = client(sandbox, "organizations").list_accounts()["Accounts"]
    assert account not in [one["Id"] for one in listed]
    with pytest.raises(ClientError) as refused:
        client(sandbox, "organizations").leave_organization()
    assert code(refused) == "MasterCannotLeaveOrganizationException"


def test_a_delegated_administrator_cannot_leave(sandbox: Sandbox) -> None:
    account, organizations = member(sandbox, "tools"), client(sandbox, "organizations")
    organizations.enable_aws_service_access(ServicePrincipal="guardduty.amazonaws.com")
    organizations.register_delegated_administrator(AccountId=account, ServicePrincipal="guardduty.amazonaws.com")
    with pytest.raises(ClientError) as refused:
        client(sandbox, "organizations", account).leave_organization()
    assert code(refused) == "ConstraintViolationException"


def test_a_detector_has_one_list_of_trusted_addresses(sandbox: Sandbox) -> None:
    guardduty = client(sandbox, "guardduty")
    detector = guardduty.create_detector(Enable=True)["DetectorId"]
    wanted = {"Name": "office", "Format": "TXT", "Location": "s3://lists/a.txt", "Activate": True}
    made = guardduty.create_ip_set(DetectorId=detector, **wanted)["IpSetId"]
    assert guardduty.get_ip_set(DetectorId=detector, IpSetId=made)["Status"] == "ACTIVE"
    with pytest.raises(ClientError) as refused:
        guardduty.create_ip_set(DetectorId=detector, **wanted)
    assert code(refused) == "BadRequestException"
    guardduty.update_ip_set(DetectorId=detector, IpSetId=made, Activate=False)
    assert guardduty.get_ip_set(DetectorId=detector, IpSetId=made)["Status"] == "INACTIVE"
    guardduty.delete_ip_set(DetectorId=detector, IpSetId=made)
    assert guardduty.list_ip_sets(DetectorId=detector)["IpSetIds"] == []


def test_query_logging_ends_for_a_vpc_before_its_configuration_can_go(sandbox: Sandbox) -> None:
    ec2, resolver = client(sandbox, "ec2"), client(sandbox, "route53resolver")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/24")["Vpc"]["VpcId"]
    made = resolver.create_resolver_query_log_config(
        Name="dns", DestinationArn="arn:aws:s3:::dns-logs", CreatorRequestId="dns"
    )["ResolverQueryLogConfig"]["Id"]
    resolver.associate_resolver_query_log_config(ResolverQueryLogConfigId=made, ResourceId=vpc)
    with pytest.raises(ClientError) as refused:
        resolver.delete_resolver_query_log_config(ResolverQueryLogConfigId=made)
    assert code(refused) == "InvalidRequestException"
    resolver.disassociate_resolver_query_log_config(ResolverQueryLogConfigId=made, ResourceId=vpc)
    with pytest.raises(ClientError) as refused:
        resolver.disassociate_resolver_query_log_config(ResolverQueryLogConfigId=made, ResourceId=vpc)
    assert code(refused) == "ResourceNotFoundException"
    resolver.delete_resolver_query_log_config(ResolverQueryLogConfigId=made)
    assert resolver.list_resolver_query_log_configs()["ResolverQueryLogConfigs"] == []


def test_an_object_under_a_customers_key_is_read_with_that_key_only(sandbox: Sandbox) -> None:
    s3 = client(sandbox, "s3")
    s3.create_bucket(Bucket="invoices", CreateBucketConfiguration={"LocationConstraint": HOME})
    object_ = {"Bucket": "invoices", "Key": "a b.csv"}
    held = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": KEY}
    s3.put_object(**object_, Body=b"x", **held)
    for call in (s3.get_object, s3.head_object):
        with pytest.raises(ClientError) as refused:
            call(**object_)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        with pytest.raises(ClientError):
            call(**object_, SSECustomerAlgorithm="AES256", SSECustomerKey=KEY[::-1])
    with pytest.raises(ClientError):
        s3.copy_object(Bucket="invoices", Key="copy", CopySource=object_)
    assert s3.get_object(**object_, **held)["Body"].read() == b"x"
    s3.put_object(**object_, Body=b"y")
    assert s3.get_object(**object_)["Body"].read() == b"y"


def test_user_data_is_kept_as_it_was_sent(sandbox: Sandbox) -> None:
    ec2 = client(sandbox, "ec2")
    made = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[made])
    ec2.modify_instance_attribute(InstanceId=made, UserData={"Value": b"#!/bin/sh\n"})
    found = ec2.describe_instance_attribute(InstanceId=made, Attribute="userData")["UserData"]["Value"]
    assert found == "IyEvYmluL3NoCg=="


def test_a_functions_policy_names_an_account_by_its_roots_arn(sandbox: Sandbox) -> None:
    functions, iam = client(sandbox, "lambda"), client(sandbox, "iam")
    trust = policy({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName="f", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    functions.create_function(
        FunctionName="f", Role=role, Runtime="python3.12", Handler="index.handler", Code={"ZipFile": package()}
    )
    functions.add_permission(
        FunctionName="f", StatementId="a", Action="lambda:InvokeFunction", Principal="123456789012"
    )
    assert '"arn:aws:iam::123456789012:root"' in functions.get_policy(FunctionName="f")["Policy"]
