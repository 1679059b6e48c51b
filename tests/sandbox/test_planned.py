"""Authorization read backwards: a planned call asks exactly what it was planned to ask."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bastide.sandbox import Sandbox
from bastide.sandbox.callers import credentials_of
from bastide.sandbox.minimum import make_least
from bastide.sandbox.planned import planned

ACCOUNT = "444455556666"
HERE = f"eu-west-1:{ACCOUNT}"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


def judged(sandbox: Sandbox, call: Any, arn: str) -> list[tuple[str, str]]:
    """(action, resource) of everything that the front asked about the call of a root user."""
    seen: list[Any] = []
    record, front = sandbox.front.record, sandbox.front
    front.record = lambda call, response: (seen.append(call), record(call, response))[1]
    session = sandbox.session_with(credentials_of(sandbox, f"arn:aws:iam::{ACCOUNT}:root"), "eu-west-1")
    client = session.client(call.service)
    method = next(name for name, api in client.meta.method_to_api_mapping.items() if api == call.operation)
    try:
        getattr(client, method)(**call.params)
    except ClientError:
        pass
    finally:
        front.record = record
    return [(part.action, part.resource) for part in seen[-1].judgement.parts]


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("cloudtrail:StopLogging", f"arn:aws:cloudtrail:{HERE}:trail/example"),
        ("s3:GetObject", "arn:aws:s3:::example/deep/key"),
        ("s3:GetObjectVersion", "arn:aws:s3:::example/key"),
        ("s3:PutBucketPolicy", "arn:aws:s3:::example"),
        ("sqs:SendMessage", f"arn:aws:sqs:{HERE}:queue"),
        ("sns:Publish", f"arn:aws:sns:{HERE}:topic"),
        ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/path/name"),
        ("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/path/there"),
        ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/someone"),
        ("lambda:CreateFunctionUrlConfig", f"arn:aws:lambda:{HERE}:function:name"),
        ("ssm:PutParameter", f"arn:aws:ssm:{HERE}:parameter/a/b"),
        ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{HERE}:table/t"),
        ("guardduty:DeleteDetector", f"arn:aws:guardduty:{HERE}:detector/abc"),
        ("config:StopConfigurationRecorder", f"arn:aws:config:{HERE}:configuration-recorder/default/*"),
        ("logs:DeleteLogStream", f"arn:aws:logs:{HERE}:log-group:g:log-stream:s"),
        ("ec2:DeleteVpc", f"arn:aws:ec2:{HERE}:vpc/vpc-12345678"),
        ("iam:GetAccountSummary", "*"),
        ("ec2:DescribeInstances", "*"),
    ],
)
def test_a_planned_call_asks_its_action_about_its_resource(sandbox: Sandbox, action: str, arn: str) -> None:
    make_least(sandbox, arn, "") if not action.startswith("iam:Create") else None
    call = next(planned(action, arn))
    assert (action, arn) in judged(sandbox, call, arn)


@pytest.mark.parametrize("kind", ["kms:{}:key/none", "secretsmanager:{}:secret:none"])
def test_what_gets_its_id_from_aws_is_made_under_another_arn(sandbox: Sandbox, kind: str) -> None:
    arn = "arn:aws:" + kind.format(HERE)
    made = make_least(sandbox, arn, f"arn:aws:iam::{ACCOUNT}:role/x")
    assert made.rpartition(":")[0] == arn.rpartition(":")[0] and made != arn
    assert made == make_least(sandbox, made, "") or kind.startswith("secrets")


@pytest.mark.parametrize("arn", ["role/a/b/name", "role/plain", "user/x/name", "root"])
def test_a_caller_on_demand_is_the_principal_of_its_arn(sandbox: Sandbox, arn: str) -> None:
    whole = f"arn:aws:iam::{ACCOUNT}:{arn}"
    session = sandbox.session_with(credentials_of(sandbox, whole), "eu-west-1")
    found = session.client("sts").get_caller_identity()
    assert found["Account"] == ACCOUNT
    assert found["Arn"].rpartition("/")[0 if arn.startswith("role") else 2] in (whole, arn.rpartition("/")[2]) or (
        f"assumed-role/{arn.rpartition('/')[2]}/" in found["Arn"]
    )


def test_a_role_of_the_same_name_under_another_path_makes_room(sandbox: Sandbox) -> None:
    credentials_of(sandbox, f"arn:aws:iam::{ACCOUNT}:role/one/twin")
    credentials_of(sandbox, f"arn:aws:iam::{ACCOUNT}:role/two/twin")
    assert sandbox.perform("iam", "GetRole", {"RoleName": "twin"}, ACCOUNT)["Role"]["Path"] == "/two/"


def test_an_internal_call_of_sqs_stays_in_its_region(sandbox: Sandbox) -> None:
    sandbox.perform("sqs", "CreateQueue", {"QueueName": "here"}, ACCOUNT, "eu-central-1")
    keys = credentials_of(sandbox, f"arn:aws:iam::{ACCOUNT}:root")
    listed = sandbox.session_with(keys, "eu-central-1").client("sqs").list_queues()
    assert [url.rpartition("/")[2] for url in listed["QueueUrls"]] == ["here"]
