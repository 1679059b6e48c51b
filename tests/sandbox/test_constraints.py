"""Names, lengths, ranges and values that AWS refuses, in its words, before anything is decided or done.

Each case cites the page that states the constraint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bastide.sandbox import moto
from bastide.sandbox.constraints import EXCEPTIONS, SERVICES

TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'  # noqa: E501
ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}'
ROLE = {"RoleName": "fine", "AssumeRolePolicyDocument": TRUST}
PATTERN = r"Member must satisfy regular expression pattern: [\w+=,.@-]+"
ERROR, EXCEPTION, INPUT = "ValidationError", "ValidationException", "InvalidInputException"
CASES: list[tuple[str, str, dict[str, Any], str, str]] = [
    # Source: IAM API Reference, CreateRole, CreateUser, CreateGroup, CreatePolicy, CreateInstanceProfile.
    ("iam", "create_role", ROLE | {"RoleName": "a b"}, ERROR, "'a b' at 'roleName' failed to satisfy constraint"),
    ("iam", "create_role", ROLE | {"RoleName": "rôle"}, ERROR, PATTERN),
    ("iam", "create_role", ROLE | {"RoleName": "a/b"}, ERROR, PATTERN),
    ("iam", "create_role", ROLE | {"RoleName": "x" * 65}, ERROR, "length less than or equal to 64"),
    ("iam", "create_role", ROLE | {"Path": "no-slash"}, ERROR, "'no-slash' at 'path'"),
    ("iam", "create_role", ROLE | {"MaxSessionDuration": 60}, ERROR, "value greater than or equal to 3600"),
    ("iam", "create_role", ROLE | {"MaxSessionDuration": 43201}, ERROR, "value less than or equal to 43"),
    ("iam", "create_role", ROLE | {"Description": "x" * 1001}, ERROR, "at 'description'"),
    ("iam", "create_role", ROLE | {"Tags": [{"Key": "k", "Value": "#"}]}, ERROR, "at 'tags.1.member.value'"),
    ("iam", "update_role", {"RoleName": "fine", "MaxSessionDuration": 1}, ERROR, "at 'maxSessionDuration'"),
    ("iam", "create_user", {"UserName": "x" * 65}, ERROR, "at 'userName'"),
    ("iam", "create_user", {"UserName": "semi;colon"}, ERROR, PATTERN),
    ("iam", "create_group", {"GroupName": "a:b"}, ERROR, "at 'groupName'"),
    ("iam", "create_group", {"GroupName": "x" * 129}, ERROR, "length less than or equal to 128"),
    ("iam", "create_instance_profile", {"InstanceProfileName": "a b"}, ERROR, "at 'instanceProfileName'"),
    ("iam", "create_policy", {"PolicyName": "*", "PolicyDocument": ALLOW}, ERROR, "at 'policyName'"),
    ("iam", "create_policy", {"PolicyName": "p", "PolicyDocument": ALLOW, "Path": "//"}, ERROR, "at 'path'"),
    ("iam", "put_role_policy", {"RoleName": "r", "PolicyName": "a b", "PolicyDocument": ALLOW}, ERROR, "'policyName'"),
    ("iam", "update_account_password_policy", {"MinimumPasswordLength": 5}, ERROR, "at 'minimumPasswordLength'"),
    ("iam", "list_policies", {"Scope": "Mine"}, ERROR, "enum value set: [All, AWS, Local]"),
    ("iam", "create_account_alias", {"AccountAlias": "Ends-"}, ERROR, "at 'accountAlias'"),
    # Source: STS API Reference, AssumeRole.
    ("sts", "assume_role", {"RoleArn": "x" * 20, "RoleSessionName": "a b"}, ERROR, "at 'roleSessionName'"),
    ("sts", "get_access_key_info", {"AccessKeyId": "AKIA"}, ERROR, "greater than or equal to 16"),
    # Source: Organizations API Reference, CreateAccount, CreateOrganizationalUnit, DescribeAccount.
    ("organizations", "describe_account", {"AccountId": "12"}, INPUT, "at 'accountId'"),
    ("organizations", "create_account", {"AccountName": "n", "Email": "nobody"}, INPUT, "at 'email'"),
    ("organizations", "create_organizational_unit", {"ParentId": "r-abcd", "Name": "x" * 129}, INPUT, "at 'name'"),
    # Source: KMS API Reference, CreateAlias, ScheduleKeyDeletion, Encrypt.
    ("kms", "create_alias", {"AliasName": "alias/a b", "TargetKeyId": "k"}, EXCEPTION, "at 'aliasName'"),
    ("kms", "schedule_key_deletion", {"KeyId": "k", "PendingWindowInDays": 0}, EXCEPTION, "at 'pendingWindowInDays'"),
    ("kms", "encrypt", {"KeyId": "k", "Plaintext": b"x" * 4097}, EXCEPTION, "Value at 'plaintext'"),
    ("kms", "create_key", {"KeySpec": "RSA_1"}, EXCEPTION, "at 'keySpec'"),
    # Source: the services' API References, the operation's request parameters.
    ("logs", "create_log_group", {"logGroupName": "a b"}, "InvalidParameterException", "at 'logGroupName'"),
    ("config", "delete_config_rule", {"ConfigRuleName": " "}, EXCEPTION, "at 'configRuleName'"),
    ("secretsmanager", "create_secret", {"Name": "x" * 513}, EXCEPTION, "at 'name'"),
    ("ssm", "put_parameter", {"Name": "p", "Value": "v", "Type": "Text"}, EXCEPTION, "at 'type'"),
    ("events", "put_rule", {"Name": "a b", "ScheduleExpression": "rate(1 day)"}, EXCEPTION, "at 'name'"),
    ("ecr", "create_repository", {"repositoryName": "UPPER"}, "InvalidParameterException", "at 'repositoryName'"),
    ("guardduty", "get_detector", {"DetectorId": "x" * 301}, "BadRequestException", "at 'detectorId'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("service", "operation", "params", "code", "text"), CASES, ids=[f"{case[1]}-{case[4][-30:]}" for case in CASES]
)
def test_what_breaks_a_constraint_is_refused(
    world: Any, refused: Callable[..., Any], service: str, operation: str, params: dict[str, Any], code: str, text: str
) -> None:
    client = world.sandbox.session(region="eu-west-1")
    unchecked = client.client(service, config=_unchecked())
    response = refused(code, getattr(unchecked, operation), **params)
    assert text in response["Error"]["Message"]
    assert "1 validation error detected: " in response["Error"]["Message"]


def _unchecked() -> Any:
    """botocore would refuse some of it before it is sent."""
    from botocore.config import Config

    return Config(parameter_validation=False)


def test_all_that_is_wrong_is_told_at_once(world: Any, refused: Callable[..., Any]) -> None:
    params = {"RoleName": "a b", "Path": "x", "AssumeRolePolicyDocument": TRUST}
    response = refused("ValidationError", world.client("iam").create_role, **params)
    assert response["Error"]["Message"].startswith("2 validation errors detected: ")


def test_what_is_within_the_constraints_goes_through(world: Any) -> None:
    iam = world.client("iam")
    iam.create_role(
        RoleName="+=,.@-_" + "x" * 57, AssumeRolePolicyDocument=TRUST, Path="/a/b/", MaxSessionDuration=43200
    )
    iam.create_user(UserName="u@acme.example", Tags=[{"Key": "Größe", "Value": "a b:/=+-@_."}])
    iam.create_group(GroupName="x" * 128)


def test_a_refused_name_changes_nothing_and_is_recorded(world: Any, refused: Callable[..., Any]) -> None:
    before = world.sandbox.front.sequence
    refused("ValidationError", world.client("iam").create_user, UserName="not recorded?")
    assert world.sandbox.front.sequence == before
    rows = world.client("cloudtrail", region="us-east-1").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateUser"}]
    )["Events"]
    assert any('"errorCode":"ValidationError"' in row["CloudTrailEvent"].replace(": ", ":") for row in rows)


def test_an_exception_is_of_a_member_that_the_service_has() -> None:
    for service, member in EXCEPTIONS:
        assert service in SERVICES
        model = moto.service_model(service)
        shapes = (model.operation_model(name).input_shape for name in model.operation_names)
        assert any(shape is not None and (member in shape.members) for shape in shapes), (service, member)
