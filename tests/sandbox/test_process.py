"""The background sandbox over HTTP: started once, found, killed, and the same afterwards."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest

from bastide.errors import InputError, TargetError
from bastide.sandbox import process
from bastide.sandbox.process import Endpoint


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "sandbox"
    process.stop(tmp_path / "sandbox")


def client(service: str, variables: dict[str, str]) -> Any:
    name = "AWS_ENDPOINT_URL_S3_CONTROL" if service == "s3control" else "AWS_ENDPOINT_URL"
    return boto3.client(
        service,
        endpoint_url=variables[name],
        region_name=variables["AWS_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=variables["AWS_SESSION_TOKEN"],
    )


def start(directory: Path) -> Endpoint:
    return process.start(directory, port=0)


def test_a_killed_sandbox_starts_again_as_the_same_organization(directory: Path) -> None:
    endpoint = start(directory)
    organizations = client("organizations", process.environment(endpoint))
    made = organizations.create_organization(FeatureSet="ALL")["Organization"]
    status = organizations.create_account(Email="a@acme.example", AccountName="a")["CreateAccountStatus"]
    account = organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"][
        "AccountId"
    ]
    member = process.environment(endpoint, account, "eu-west-1")
    block = {"AccountId": account, "PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
    client("s3control", member).put_public_access_block(**block)
    s3 = client("s3", member)
    s3.create_bucket(Bucket="over-http", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    body = os.urandom(6_000_000)
    s3.put_object(Bucket="over-http", Key="a key/ü", Body=body, Metadata={"with_underscore": "v"})
    os.kill(endpoint.pid, signal.SIGKILL)
    endpoint = start(directory)
    assert client("organizations", process.environment(endpoint)).describe_organization()["Organization"] == made
    member = process.environment(endpoint, account, "eu-west-1")
    found = client("s3", member).get_object(Bucket="over-http", Key="a key/ü")
    assert found["Metadata"] == {"with_underscore": "v"} and found["Body"].read() == body
    kept = client("s3control", member).get_public_access_block(AccountId=account)["PublicAccessBlockConfiguration"]
    assert kept["BlockPublicAcls"] is True


def test_a_member_is_entered_by_a_role_that_guardrails_bind_where_one_is_named(directory: Path) -> None:
    endpoint = start(directory)
    organizations = client("organizations", process.environment(endpoint))
    organizations.create_organization(FeatureSet="ALL")
    status = organizations.create_account(Email="a@acme.example", AccountName="a")["CreateAccountStatus"]
    account = organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])["CreateAccountStatus"][
        "AccountId"
    ]
    for _ in range(2):  # it is made once, and taken again
        entered = process.environment(endpoint, account, "eu-west-1", role="workload-admin")
        arn = client("sts", entered).get_caller_identity()["Arn"]
        assert arn == f"arn:aws:sts::{account}:assumed-role/workload-admin/sandbox"
    assert client("iam", entered).create_user(UserName="ada")["User"]["UserName"] == "ada"
    with pytest.raises(TargetError, match="there can be no role no/such"):
        process.environment(endpoint, account, "eu-west-1", role="no/such")


def test_two_starts_at_once_give_one_sandbox(directory: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        endpoints = set(pool.map(lambda _: start(directory), range(3)))
    assert len(endpoints) == 1
    assert process.status(directory).endpoint == endpoints.pop()


def test_a_taken_port_is_replaced_by_a_free_one(directory: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        endpoint = process.start(directory, port=taken.getsockname()[1])
        assert endpoint.port != taken.getsockname()[1]
        assert client("sts", process.environment(endpoint)).get_caller_identity()["Account"]


def test_what_a_killed_process_left_behind_is_not_mistaken_for_a_sandbox(directory: Path) -> None:
    directory.mkdir()
    (directory / "sandbox.json").write_text(f'{{"url": "http://127.0.0.1:9", "pid": {os.getpid()}, "port": 9}}')
    (directory / "sandbox.lock").touch()
    assert process.status(directory).endpoint is None
    assert process.stop(directory) is False
    assert start(directory).port != 9


def test_reset_empties_a_running_sandbox_and_a_stopped_one(directory: Path) -> None:
    endpoint = start(directory)
    iam = client("iam", process.environment(endpoint))
    iam.create_user(UserName="ada")
    assert process.status(directory).requests == 1
    process.reset(directory)
    assert iam.list_users()["Users"] == []
    iam.create_user(UserName="bob")
    assert process.stop(directory) is True
    process.reset(directory)
    assert process.status(directory) == process.Status(None, 0, 0)


def test_a_directory_has_one_owner(directory: Path) -> None:
    with (
        process.ownership(directory),
        pytest.raises(InputError, match="another process uses this sandbox"),
        process.ownership(directory),
    ):
        pass


def test_a_broken_journal_is_told_when_the_sandbox_is_started(directory: Path) -> None:
    directory.mkdir()
    (directory / "journal.jsonl").write_text('{"schema": "bastide/sandbox-journal/9"}\n')
    with pytest.raises(TargetError, match="the sandbox stopped while starting"):
        start(directory)


def test_an_account_without_the_access_role_has_no_environment(directory: Path) -> None:
    endpoint = start(directory)
    with pytest.raises(TargetError, match="cannot assume OrganizationAccountAccessRole"):
        process.environment(endpoint, "999999999999")


def test_finding_a_running_sandbox_does_not_import_moto() -> None:
    code = "import sys; import bastide.sandbox.process; print([n for n in ('moto', 'boto3') if n in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
