"""The front: whose call it is, what it answers when it cannot, and that sandboxes do not meet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from bastide.sandbox import Sandbox
from bastide.sandbox.credentials import BOOTSTRAP_KEY
from bastide.sandbox.wire import AwsError, HttpRequest


def signed(service: str, *others: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    scope = f"{BOOTSTRAP_KEY}/20260101/eu-west-1/{service}/aws4_request"
    return (("Authorization", f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"), *others)


UNKNOWN: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "json": ("detective", lambda client: client.list_graphs()),
    "ec2": ("ec2", lambda client: client.create_ipam()),
    "query": ("iam", lambda client: client.simulate_custom_policy(PolicyInputList=["{}"], ActionNames=["s3:Get"])),
    "rest-xml": ("s3", lambda client: client.get_bucket_request_payment(Bucket="some-bucket")),
    "json-rpc": (
        "network-firewall",
        lambda client: client.list_flow_operations(
            FirewallArn="arn:aws:network-firewall:eu-west-1:111122223333:firewall/x"
        ),
    ),
}


@pytest.mark.parametrize("protocol", sorted(UNKNOWN))
def test_an_operation_that_nobody_has_answers_an_aws_error_in_every_protocol(
    world: Any, refused: Any, protocol: str
) -> None:
    service, call = UNKNOWN[protocol]
    response = refused("NotImplementedInSandbox", lambda: call(world.client(service)))
    assert service in response["Error"]["Message"]
    assert response["ResponseMetadata"]["RetryAttempts"] == 0


def test_a_crash_in_the_engine_is_an_internal_failure_and_is_not_retried(
    world: Any, refused: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(_: Any) -> None:
        raise KeyError("broken")

    monkeypatch.setitem(world.sandbox.front._shims, ("sts", "GetCallerIdentity"), crash)
    response = refused("InternalFailure", world.client("sts").get_caller_identity)
    assert response["Error"]["Message"] == "sandbox: sts:GetCallerIdentity: KeyError: 'broken'"
    assert response["ResponseMetadata"]["RetryAttempts"] == 0
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("kms", "list_keys", "UnrecognizedClientException"),
        ("ec2", "describe_vpcs", "AuthFailure"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
    ],
)
def test_an_access_key_that_nobody_issued_is_refused(
    world: Any, refused: Any, service: str, operation: str, code: str
) -> None:
    session = boto3.Session("AKIAUNKNOWNUNKNOWN00", "secret", region_name="eu-west-1")
    world.sandbox.attach(session._session)
    refused(code, getattr(session.client(service), operation))


def test_a_user_with_an_access_key_is_who_it_says_until_the_key_is_deleted(world: Any, refused: Any) -> None:
    iam = world.client("iam", "work")
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="eu-west-1")
    world.sandbox.attach(session._session)
    arn = session.client("sts").get_caller_identity()["Arn"]
    assert arn == f"arn:aws:iam::{world.accounts['work']}:user/ada"
    iam.delete_access_key(UserName="ada", AccessKeyId=key["AccessKeyId"])
    refused("InvalidClientTokenId", session.client("sts").get_caller_identity)


def test_accounts_do_not_see_each_others_resources(world: Any) -> None:
    world.client("iam", "log").create_user(UserName="only-in-log")
    assert world.client("iam", "audit").list_users()["Users"] == []


def test_two_sandboxes_in_one_process_do_not_meet() -> None:
    first, second = Sandbox(), Sandbox()
    first.session().client("s3").create_bucket(Bucket="same-name")
    second.session().client("s3").create_bucket(Bucket="same-name")
    first.session().client("organizations").create_organization(FeatureSet="ALL")
    with pytest.raises(ClientError, match="AWSOrganizationsNotInUseException"):
        second.session().client("organizations").describe_organization()
    assert first.session().client("organizations").describe_organization()["Organization"]["FeatureSet"] == "ALL"


def test_a_reset_sandbox_is_an_empty_management_account() -> None:
    sandbox = Sandbox()
    sandbox.session().client("organizations").create_organization(FeatureSet="ALL")
    sandbox.reset()
    with pytest.raises(ClientError, match="AWSOrganizationsNotInUseException"):
        sandbox.session().client("organizations").list_roots()
    assert sandbox.session().client("iam").list_roles()["Roles"] == []


def test_authorize_can_refuse_and_record_sees_every_answer() -> None:
    sandbox, seen = Sandbox(), []

    def authorize(call: Any) -> None:
        if call.operation == "StopLogging":
            raise AwsError("AccessDeniedException", "explicit deny in a service control policy", 400)

    sandbox.front.authorize = authorize
    sandbox.front.record = lambda call, response: seen.append((call.service, call.operation, response.status))
    with pytest.raises(ClientError, match="explicit deny in a service control policy"):
        sandbox.session().client("cloudtrail").stop_logging(Name="trail")
    sandbox.session().client("sts").get_caller_identity()
    assert seen == [("cloudtrail", "StopLogging", 400), ("sts", "GetCallerIdentity", 200)]


def test_object_keys_and_metadata_come_back_as_they_went(world: Any) -> None:
    s3 = world.client("s3", "work")
    s3.create_bucket(Bucket="odd-keys", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for key in ("a b/ü.txt", "percent%2Fsign", "plus+sign", "dir/"):
        s3.put_object(Bucket="odd-keys", Key=key, Body=key.encode() * 1000, Metadata={"with_underscore": "v"})
        found = s3.get_object(Bucket="odd-keys", Key=key)
        assert found["Body"].read() == key.encode() * 1000
        assert found["Metadata"] == {"with_underscore": "v"}
    assert {row["Key"] for row in s3.list_objects_v2(Bucket="odd-keys")["Contents"]} >= {"percent%2Fsign", "dir/"}


@pytest.mark.parametrize(
    ("url", "headers", "body"),
    [
        ("http://127.0.0.1/", (), b""),
        ("http://127.0.0.1/favicon.ico", (), b""),
        ("http://127.0.0.1/some-bucket/key", (), b""),
        ("http://[::1/", (), b""),
        ("http://127.0.0.1/", (("Authorization", "AWS4-HMAC-SHA256 Credential=x"),), b""),
        ("http://127.0.0.1/", (("Authorization", "Basic eDp5"),), b"\xff\xfe"),
        (
            "http://127.0.0.1/",
            signed("kms", ("X-Amz-Target", "TrentService.Encrypt")),
            b"{",
        ),
        ("http://127.0.0.1/", signed("kms", ("X-Amz-Target", "x")), b"{}"),
        ("http://127.0.0.1/", signed("no-such-service"), b""),
        (
            "http://127.0.0.1/b/k",
            signed("s3", ("Content-Encoding", "aws-chunked")),
            b"zz\r\n",
        ),
    ],
)
def test_garbage_gets_a_refusal_in_an_aws_shape(world: Any, url: str, headers: Any, body: bytes) -> None:
    response = world.sandbox.answer(HttpRequest("PUT" if "/b/k" in url else "POST", url, headers, body))
    assert response.status in (400, 403, 404, 405, 501)
    assert b"<html" not in response.body.lower()
    assert b"Code>" in response.body or b"__type" in response.body


def test_a_presigned_url_is_its_signers(world: Any) -> None:
    s3 = world.client("s3", "work")
    s3.create_bucket(Bucket="presigned", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="presigned", Key="k", Body=b"text")
    url = s3.generate_presigned_url("get_object", {"Bucket": "presigned", "Key": "k"})
    assert world.sandbox.answer(HttpRequest("GET", url, ())).body == b"text"
    assert world.sandbox.answer(HttpRequest("GET", url.split("?")[0], ())).status == 403
