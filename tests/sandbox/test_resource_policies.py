"""Resource policies of services beyond S3, KMS, SNS, SQS, Lambda, Secrets Manager and ECR, as real calls.

Source: IAM User Guide, "Cross-account policy evaluation logic": both accounts must allow; "How a resource-based policy
differs": within an account the resource's word is enough; an explicit deny always wins.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import REGION, World, build

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@dataclass(frozen=True)
class Case:
    """A resource with a policy: how it is made (gives its ARN), how the policy is put, and a call about it."""

    service: str
    action: str
    make: Callable[[Any], str]
    put: Callable[[Any, str, str], Any]
    use: Callable[[Any, str], Any]


def table(client: Any) -> str:
    made = client.create_table(
        TableName="orders", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    return str(made["TableDescription"]["TableArn"])


def stream(client: Any) -> str:
    client.create_stream(StreamName="orders", ShardCount=1)
    return str(client.describe_stream_summary(StreamName="orders")["StreamDescriptionSummary"]["StreamARN"])


def authority(client: Any) -> str:
    configuration = {"KeyAlgorithm": "RSA_2048", "SigningAlgorithm": "SHA256WITHRSA", "Subject": {"CommonName": "acme"}}
    made = client.create_certificate_authority(
        CertificateAuthorityConfiguration=configuration, CertificateAuthorityType="ROOT"
    )
    arn = str(made["CertificateAuthorityArn"])
    issued = client.issue_certificate(
        CertificateAuthorityArn=arn, Csr=client.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"],
        SigningAlgorithm="SHA256WITHRSA", TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1",
        Validity={"Value": 1, "Type": "YEARS"},
    )  # fmt: skip
    told = client.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued["CertificateArn"])
    client.import_certificate_authority_certificate(CertificateAuthorityArn=arn, Certificate=told["Certificate"])
    return arn


CASES = {
    "table": Case(
        "dynamodb", "dynamodb:GetItem", table,
        lambda client, arn, text: client.put_resource_policy(ResourceArn=arn, Policy=text),
        lambda client, arn: client.get_item(TableName=arn, Key={"id": {"S": "1"}}),
    ),
    "stream": Case(
        "kinesis", "kinesis:DescribeStreamSummary", stream,
        lambda client, arn, text: client.put_resource_policy(ResourceARN=arn, Policy=text),
        lambda client, arn: client.describe_stream_summary(StreamARN=arn),
    ),
    "event bus": Case(
        "events", "events:PutEvents", lambda client: str(client.create_event_bus(Name="orders")["EventBusArn"]),
        lambda client, arn, text: client.put_permission(EventBusName="orders", Policy=text),
        lambda client, arn: client.put_events(
            Entries=[{"EventBusName": arn, "Source": "acme", "DetailType": "x", "Detail": "{}"}]
        ),
    ),
    "vault": Case(
        "backup", "backup:DescribeBackupVault",
        lambda client: str(client.create_backup_vault(BackupVaultName="orders")["BackupVaultArn"]),
        lambda client, arn, text: client.put_backup_vault_access_policy(BackupVaultName="orders", Policy=text),
        lambda client, arn: client.describe_backup_vault(BackupVaultName="orders"),
    ),
    "certificate authority": Case(
        "acm-pca", "acm-pca:DescribeCertificateAuthority", authority,
        lambda client, arn, text: client.put_policy(ResourceArn=arn, Policy=text),
        lambda client, arn: client.describe_certificate_authority(CertificateAuthorityArn=arn),
    ),
    "domain": Case(
        "opensearch", "es:DescribeDomain",
        lambda client: str(client.create_domain(DomainName="orders")["DomainStatus"]["ARN"]),
        lambda client, arn, text: client.update_domain_config(DomainName="orders", AccessPolicies=text),
        lambda client, arn: client.describe_domain(DomainName="orders"),
    ),
    "file system": Case(
        "efs", "elasticfilesystem:DescribeFileSystemPolicy",
        lambda client: str(client.create_file_system()["FileSystemArn"]),
        lambda client, arn, text: client.put_file_system_policy(FileSystemId=arn.rpartition("/")[2], Policy=text),
        lambda client, arn: client.describe_file_system_policy(FileSystemId=arn.rpartition("/")[2]),
    ),
}  # fmt: skip
# Those that a caller of another account can name.
FOREIGN = ("table", "stream", "event bus", "certificate authority")


@pytest.fixture(scope="module")
def world() -> World:
    made = build()
    for account in ("work", "log"):
        for name, policy in (("nobody", None), ("everything", EVERYTHING)):
            iam = made.client("iam", account)
            root = f"arn:aws:iam::{made.accounts[account]}:root"
            trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"}]}
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
            if policy:
                iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    return made


def as_role(world: World, account: str, role: str, service: str) -> Any:
    arn = f"arn:aws:iam::{world.accounts[account]}:role/{role}"
    keys = world.client("sts", account).assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    given = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"],
             "aws_session_token": keys["SessionToken"]}  # fmt: skip
    return world.sandbox.session_with(given, REGION).client(service)


def policy(effect: str, principal: Any, action: str, arn: str) -> str:
    row = {"Sid": "one", "Effect": effect, "Principal": principal, "Action": action, "Resource": arn}
    return json.dumps({"Version": "2012-10-17", "Statement": [row]})


def is_allowed(case: Case, client: Any, arn: str) -> bool:
    try:
        case.use(client, arn)
    except ClientError as refused:
        assert "AccessDenied" in refused.response["Error"]["Code"], refused
        return False
    return True


@pytest.fixture(scope="module")
def arns(world: World) -> dict[str, str]:
    return {name: case.make(world.client(case.service, "work")) for name, case in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_within_an_account_the_resources_word_is_enough_and_a_deny_to_everybody_wins(
    world: World, arns: dict[str, str], name: str
) -> None:
    case, arn = CASES[name], arns[name]
    owner, everything, nobody = (
        world.client(case.service, "work"),
        as_role(world, "work", "everything", case.service),
        as_role(world, "work", "nobody", case.service),
    )
    role = f"arn:aws:iam::{world.accounts['work']}:role/nobody"
    assert not is_allowed(case, nobody, arn)
    case.put(owner, arn, policy("Allow", {"AWS": role}, case.action, arn))
    assert is_allowed(case, nobody, arn) and is_allowed(case, everything, arn)
    case.put(owner, arn, policy("Deny", "*", case.action, arn))
    assert not is_allowed(case, nobody, arn) and not is_allowed(case, everything, arn)


@pytest.mark.parametrize("name", FOREIGN)
def test_a_caller_of_another_account_needs_both_sides(world: World, arns: dict[str, str], name: str) -> None:
    case, arn = CASES[name], arns[name]
    owner = world.client(case.service, "work")
    theirs = {role: as_role(world, "log", role, case.service) for role in ("everything", "nobody")}
    case.put(owner, arn, policy("Allow", {"AWS": world.accounts["audit"]}, case.action, arn))
    assert not is_allowed(case, theirs["everything"], arn), "the resource does not say so"
    case.put(owner, arn, policy("Allow", {"AWS": world.accounts["log"]}, case.action, arn))
    assert is_allowed(case, theirs["everything"], arn)
    assert not is_allowed(case, theirs["nobody"], arn), "its own account does not say so"


def test_a_log_destination_takes_subscriptions_of_the_accounts_in_its_policy(world: World) -> None:
    """Source: CloudWatch Logs User Guide, "Cross-account cross-Region log data sharing"."""
    there, here = world.client("logs", "audit"), as_role(world, "log", "everything", "logs")
    kinesis = world.client("kinesis", "audit")
    kinesis.create_stream(StreamName="logs", ShardCount=1)
    audit, log = world.accounts["audit"], world.accounts["log"]
    arn = there.put_destination(
        destinationName="central", targetArn=f"arn:aws:kinesis:{REGION}:{audit}:stream/logs",
        roleArn=f"arn:aws:iam::{audit}:role/OrganizationAccountAccessRole",
    )["destination"]["arn"]  # fmt: skip
    here.create_log_group(logGroupName="app")
    given = {"logGroupName": "app", "filterName": "f", "filterPattern": "", "destinationArn": arn}
    with pytest.raises(ClientError, match="AccessDenied"):
        here.put_subscription_filter(**given)
    text = policy("Allow", {"AWS": log}, "logs:PutSubscriptionFilter", arn)
    there.put_destination_policy(destinationName="central", accessPolicy=text)
    here.put_subscription_filter(**given)
