"""The two ways of a call into the sandbox of this process say the same."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from bastide.sandbox import Sandbox, transport
from bastide.sandbox.credentials import BOOTSTRAP_CREDENTIALS
from bastide.sandbox.wire import HttpRequest, HttpResponse


def _session(sandbox: Sandbox, short: bool, seen: list[HttpRequest]) -> Any:
    """A boto3 session that answers by the short way, or by the long one alone."""

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return sandbox.answer(request)

    inner = botocore.session.Session()
    transport.attach(inner, answer)
    if not short:
        inner.get_component("event_emitter").unregister(transport.CALL[0], unique_id=transport.CALL[1])
    return boto3.Session(botocore_session=inner, region_name="eu-west-1", **BOOTSTRAP_CREDENTIALS)


def _said(session: Any, service: str, operation: str, parameters: dict[str, Any]) -> Any:
    try:
        answer = getattr(session.client(service), operation)(**parameters)
    except ClientError as error:
        answer = error.response
    answer["ResponseMetadata"] = {
        "HTTPStatusCode": answer["ResponseMetadata"]["HTTPStatusCode"],
        "RetryAttempts": answer["ResponseMetadata"]["RetryAttempts"],
    }
    return answer


CALLS = (
    ("sts", "get_caller_identity", {}),
    ("iam", "get_role", {"RoleName": "nobody"}),
    ("ec2", "describe_vpcs", {}),
    ("ec2", "describe_vpcs", {"VpcIds": ["vpc-00000000"]}),
    ("organizations", "describe_organization", {}),
    ("kms", "list_keys", {}),
    ("guardduty", "list_detectors", {}),
    ("guardduty", "get_detector", {"DetectorId": "0" * 32}),
    ("s3", "list_buckets", {}),
    ("s3", "head_bucket", {"Bucket": "no-such-bucket-anywhere"}),
    ("s3control", "get_public_access_block", {"AccountId": "1" * 12}),
    ("cloudwatch", "describe_alarms", {}),
)


@pytest.mark.parametrize(("service", "operation", "parameters"), CALLS)
def test_both_ways_give_the_same_answer(service: str, operation: str, parameters: dict[str, Any]) -> None:
    sandbox = Sandbox()
    short, long = (_said(_session(sandbox, way, []), service, operation, parameters) for way in (True, False))
    assert short == long


def test_the_short_way_is_unsigned_and_says_who_calls_for_what() -> None:
    seen: list[HttpRequest] = []
    _session(Sandbox(), True, seen).client("iam").list_roles()
    key = BOOTSTRAP_CREDENTIALS["aws_access_key_id"]
    signed = seen[-1].header("authorization")
    assert f"Credential={key}/19700101/us-east-1/iam/aws4_request" in signed
    assert "Signature=" not in signed


def test_streams_and_s3_go_the_long_way() -> None:
    seen: list[HttpRequest] = []
    s3 = _session(Sandbox(), True, seen).client("s3")
    s3.create_bucket(Bucket="streams", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="streams", Key="one", Body=b"two")
    assert s3.get_object(Bucket="streams", Key="one")["Body"].read() == b"two"
    assert all("Signature=" in request.header("authorization") for request in seen)


def test_nobody_without_credentials_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    inner = botocore.session.Session()
    Sandbox().attach(inner)
    with pytest.raises(NoCredentialsError):
        boto3.Session(botocore_session=inner, region_name="eu-west-1").client("iam").list_roles()


def test_after_detaching_nothing_is_answered_here() -> None:
    seen: list[HttpRequest] = []
    session = _session(Sandbox(), True, seen)
    transport.detach(session._session)
    events = session._session.get_component("event_emitter")
    events.emit("before-send.iam.ListRoles", request=None)
    assert seen == []
