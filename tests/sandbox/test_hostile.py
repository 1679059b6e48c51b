"""The HTTP server and what nobody well-meaning sends: AWS-shaped errors, bounded time and memory, and it goes on."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from bastide.sandbox import BOOTSTRAP_CREDENTIALS, process
from bastide.sandbox import http as ours
from bastide.sandbox.faults import Rules, parse_rules
from bastide.sandbox.wire import AwsError, HttpResponse

SCOPE = "AWS4-HMAC-SHA256 Credential={key}/20261124/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=00"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def endpoint(folder: Path) -> Iterator[process.Endpoint]:
    yield process.start(folder, 0)
    process.stop(folder)


def client(endpoint: process.Endpoint, service: str, **options: Any) -> Any:
    settings = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **options)
    return boto3.client(
        service, endpoint_url=endpoint.url, region_name="us-east-1", config=settings, **BOOTSTRAP_CREDENTIALS
    )


def raw(endpoint: process.Endpoint, data: bytes, seconds: float = 10) -> bytes:
    """What comes back on a connection that sends ``data`` and nothing more."""
    with socket.create_connection(("127.0.0.1", endpoint.port), timeout=seconds) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        found = b""
        while more := connection.recv(65536):
            found += more
        return found


def asked(endpoint: process.Endpoint, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=20)
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def shaped(text: str) -> str:
    """The code of an AWS-shaped error."""
    assert "<html" not in text.lower() and "Traceback" not in text, text
    if text.startswith("{"):
        return str(json.loads(text)["__type"])
    found = re.search(r"<Code>([\w.]+)</Code>", text)
    assert found, text
    return found[1]


@pytest.mark.parametrize("service", ["s3", "iam", "ec2", "kms", "lambda", "organizations", "nosuchservice", ""])
def test_unknown_keys_are_refused_in_the_services_own_shape(endpoint: process.Endpoint, service: str) -> None:
    headers = {"Authorization": SCOPE.format(key="AKIAUNKNOWN000000000", service=service)}
    status, text = asked(endpoint, "POST", "/", b"Action=ListRoles&Version=2010-05-08", **headers)
    assert status in (400, 401, 403, 501)
    assert shaped(text)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/", b""),
        ("GET", "/bucket/key", b""),
        ("PUT", "/bucket", b"<CreateBucketConfiguration>"),
        ("DELETE", "/../../etc/passwd", b""),
        ("POST", "/", b"Action=DoHarm&Version=2010-05-08"),
        ("PATCH", "/x?y=%00%ff&&&=", b"\x00\xff" * 100),
        ("GET", "/?X-Amz-Credential=a/b/c/d/aws4_request&X-Amz-Signature=zz", b""),
        ("GET", "/?AWSAccessKeyId=AKIANOBODY&Signature=x&Expires=1", b""),
    ],
)
def test_unsigned_and_presigned_nonsense_is_refused(
    endpoint: process.Endpoint, method: str, path: str, body: bytes
) -> None:
    status, text = asked(endpoint, method, path, body)
    assert status in (400, 403, 501)
    assert shaped(text)


MALFORMED = [
    ("kms", "TrentService.ListKeys", b"{not json", "application/x-amz-json-1.1"),
    ("kms", "TrentService.ListKeys", b"[]", "application/x-amz-json-1.1"),
    ("kms", "TrentService.CreateKey", b'{"Tags": "no list"}', "application/x-amz-json-1.1"),
    ("kms", "TrentService.DoHarm", b"{}", "application/x-amz-json-1.1"),
    ("kms", "", b"{}", "application/x-amz-json-1.1"),
    ("kms", "TrentService.ListKeys", b"[" * 5000, "application/x-amz-json-1.1"),
    ("iam", "", b"Action=DoHarm&Version=2010-05-08", "application/x-www-form-urlencoded"),
    ("iam", "", b"Action=CreateRole&Version=2010-05-08", "application/x-www-form-urlencoded"),
    ("iam", "", b"\xff\xfe", "application/x-www-form-urlencoded"),
    ("ec2", "", b"Action=RunInstances&Version=2016-11-15&MinCount=lots", "application/x-www-form-urlencoded"),
    ("lambda", "", b"{", "application/json"),
    ("states", "AWSStepFunctions.CreateStateMachine", b"null", "application/x-amz-json-1.0"),
]


@pytest.mark.parametrize(("service", "target", "body", "kind"), MALFORMED)
def test_malformed_requests_of_known_callers_are_refused_and_not_performed(
    endpoint: process.Endpoint, service: str, target: str, body: bytes, kind: str
) -> None:
    headers = {
        "Authorization": SCOPE.format(key=BOOTSTRAP_CREDENTIALS["aws_access_key_id"], service=service),
        "X-Amz-Security-Token": BOOTSTRAP_CREDENTIALS.get("aws_session_token", ""),
        "X-Amz-Target": target,
        "Content-Type": kind,
    }
    status, text = asked(endpoint, "POST", "/", body, **headers)
    assert 400 <= status < 600
    assert shaped(text)


def test_malformed_xml_is_refused_by_s3(endpoint: process.Endpoint) -> None:
    client(endpoint, "s3").create_bucket(Bucket="malformed")
    headers = {
        "Authorization": SCOPE.format(key=BOOTSTRAP_CREDENTIALS["aws_access_key_id"], service="s3"),
        "X-Amz-Security-Token": BOOTSTRAP_CREDENTIALS.get("aws_session_token", ""),
    }
    for query in ("versioning", "lifecycle", "encryption", "publicAccessBlock", "tagging", "delete"):
        method = "POST" if query == "delete" else "PUT"
        for body in (
            b"<Versioning",
            b"",
            b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><Tagging>&x;</Tagging>",
        ):
            status, text = asked(endpoint, method, f"/malformed?{query}", body, **headers)
            assert status >= 400, (query, body)
            assert shaped(text)
            assert "root:" not in text


WRONG = {
    "iam": ("list_users", {}, "SignatureDoesNotMatch"),
    "ec2": ("describe_vpcs", {}, "AuthFailure"),
    "kms": ("list_keys", {}, "InvalidSignatureException"),
    "lambda": ("list_functions", {}, "InvalidSignatureException"),
    "s3": ("put_object", {"Bucket": "wrong", "Key": "k", "Body": b"x" * 100_000}, "SignatureDoesNotMatch"),
}


@pytest.mark.parametrize("service", WRONG)
def test_a_wrongly_signed_request_of_a_known_key_is_refused(endpoint: process.Endpoint, service: str) -> None:
    operation, parameters, code = WRONG[service]
    keys = BOOTSTRAP_CREDENTIALS | {"aws_secret_access_key": "somebody else's"}
    settings = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    caller = boto3.client(service, endpoint_url=endpoint.url, region_name="us-east-1", config=settings, **keys)
    with pytest.raises(ClientError) as caught:
        getattr(caller, operation)(**parameters)
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_presigned_url_is_good_for_what_it_was_made_for(endpoint: process.Endpoint, version: str) -> None:
    s3 = client(endpoint, "s3", signature_version=version)
    s3.create_bucket(Bucket=f"presigned-{version}")
    params = {"Bucket": f"presigned-{version}", "Key": "a b/ü+"}
    path = s3.generate_presigned_url("put_object", Params=params).split(str(endpoint.port), 1)[1]
    assert asked(endpoint, "PUT", path, b"mine")[0] == 200
    assert s3.get_object(**params)["Body"].read() == b"mine"
    for method, other in (("GET", path), ("PUT", path.replace("a%20b", "other")), ("DELETE", path)):
        status, text = asked(endpoint, method, other)
        assert (status, shaped(text)) == (403, "SignatureDoesNotMatch")


def test_an_unsigned_request_is_refused_in_its_own_protocol(endpoint: process.Endpoint) -> None:
    status, text = asked(endpoint, "POST", "/", b"{}", X_Amz_Target="TrentService.ListKeys")
    assert (status, shaped(text)) == (400, "MissingAuthenticationTokenException")
    status, text = asked(endpoint, "POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15")
    assert (status, shaped(text)) == (403, "MissingAuthenticationToken")
    status, text = asked(endpoint, "POST", "/", b"Action=DescribeVpcs&Version=2016-11-15")
    assert shaped(text) == "MissingAuthenticationToken" and "<Errors>" in text


KEYS = ("../../etc/passwd", "a//b", "/lead", "..", "a/./b", "%2e%2e/x", "ключ", "a b+c", "con", "x" * 1024, "_sandbox")


@pytest.mark.parametrize("key", KEYS)
def test_object_keys_are_plain_names_and_no_paths(endpoint: process.Endpoint, folder: Path, key: str) -> None:
    s3 = client(endpoint, "s3")
    s3.create_bucket(Bucket="traversal")
    before = {path for path in folder.rglob("*") if "journal" not in path.name}
    s3.put_object(Bucket="traversal", Key=key, Body=b"mine")
    assert s3.get_object(Bucket="traversal", Key=key)["Body"].read() == b"mine"
    assert key in [one["Key"] for one in s3.list_objects_v2(Bucket="traversal")["Contents"]]
    s3.delete_object(Bucket="traversal", Key=key)
    assert {path for path in folder.rglob("*") if "journal" not in path.name} == before


def test_chunked_uploads_arrive_whole(endpoint: process.Endpoint) -> None:
    s3 = client(endpoint, "s3")
    s3.create_bucket(Bucket="chunked")

    class Stream:
        """A body of unknown length, which botocore sends in chunks."""

        def __init__(self) -> None:
            self.left = 300

        def read(self, size: int = -1) -> bytes:
            self.left -= 1
            return b"%09d " % self.left if self.left >= 0 else b""

    wanted = Stream()
    body = b"".join(iter(wanted.read, b""))
    s3.put_object(Bucket="chunked", Key="trailer", Body=body, ChecksumAlgorithm="CRC32")
    assert s3.get_object(Bucket="chunked", Key="trailer")["Body"].read() == body
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "chunked", "Key": "presigned"})
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=20)
    connection.request("PUT", url.split(str(endpoint.port), 1)[1], iter(Stream().read, b""), encode_chunked=True)
    assert connection.getresponse().status == 200
    read = s3.generate_presigned_url("get_object", Params={"Bucket": "chunked", "Key": "presigned"})
    status, text = asked(endpoint, "GET", read.split(str(endpoint.port), 1)[1])
    assert (status, text.encode()) == (200, body)


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50) + b"\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\na: b\x00c\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabXX0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20000 + b"\r\n",
        b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_request_gets_an_error_of_awss_shape(endpoint: process.Endpoint, data: bytes) -> None:
    found = raw(endpoint, data)
    head, _, body = found.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 "), found[:200]
    assert b"connection: close" in head.lower()
    assert shaped(body.decode())


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_no_bytes_at_all_break_the_reading_of_a_head(data: bytes) -> None:
    try:
        ours.parse_head(data)
    except AwsError as refusal:
        assert refusal.status == 400


def test_a_torn_request_is_given_up_and_the_server_goes_on(endpoint: process.Endpoint) -> None:
    assert raw(endpoint, b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc") == b""
    assert raw(endpoint, b"POST / HT") == b""
    assert client(endpoint, "sts").get_caller_identity()["Account"]


def test_a_slow_sender_is_cut_off_and_hinders_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(ours, "IDLE_SECONDS", 0.3)
    server = ours.Server(0, lambda request: HttpResponse(200, {}, b"fine"))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    place = process.Endpoint("", 0, server.port)
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(50)]
    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\nx")
    assert raw(place, b"GET / HTTP/1.1\r\n\r\n").endswith(b"fine")
    for one in slow:
        one.settimeout(20)
        assert one.recv(10) == b""
        one.close()
    server.shutdown()
    server.server_close()


def test_more_connections_than_there_are_places_are_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "CONNECTIONS", 2)
    server = ours.Server(0, lambda request: HttpResponse(200, {}, b"fine"))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    place = process.Endpoint("", 0, server.port)
    held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(2)]
    for one in held:  # both are served before the third comes
        one.sendall(b"GET / HTTP/1.1\r\n\r\n")
        one.recv(1000)
    assert b"503 Service Unavailable" in raw(place, b"GET / HTTP/1.1\r\n\r\n")
    for one in held:
        one.close()
    server.shutdown()
    server.server_close()


def test_a_value_of_the_callers_own_cannot_end_its_header() -> None:
    response = HttpResponse(200, {"x-amz-meta-a": "b\r\nSet-Cookie: c"}, b"")
    assert b"\r\nSet-Cookie" not in ours.render_response(response, "GET", keep=True)


def test_it_listens_on_the_loopback_alone(endpoint: process.Endpoint) -> None:
    table = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    listening = [line.split()[1] for line in table.splitlines() if line.split()[3] == "0A"]
    assert [place for place in listening if place.endswith(f":{endpoint.port:04X}")] == [
        f"0100007F:{endpoint.port:04X}"
    ]


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_a_web_page_cannot_steer_it(endpoint: process.Endpoint, headers: dict[str, str]) -> None:
    status, _ = asked(endpoint, "POST", "/_sandbox/reset", b"", **headers)
    assert status == 403


def test_ten_clients_at_once_each_get_their_own_answers(endpoint: process.Endpoint) -> None:
    def work(number: int) -> int:
        iam = client(endpoint, "iam")
        for turn in range(10):
            iam.create_user(UserName=f"u{number}-{turn}")
            assert iam.get_user(UserName=f"u{number}-{turn}")["User"]["UserName"] == f"u{number}-{turn}"
        return number

    with ThreadPoolExecutor(10) as pool:
        assert sorted(pool.map(work, range(10))) == list(range(10))
    users = client(endpoint, "iam").get_paginator("list_users").paginate().build_full_result()["Users"]
    assert len([one for one in users if one["UserName"].startswith("u")]) == 100


def test_faults_reach_the_wire_and_outlive_a_kill(folder: Path, endpoint: process.Endpoint) -> None:
    iam = client(endpoint, "iam", read_timeout=1)
    rules = [{"fault": "close", "match": {"operation": "CreateGroup"}, "when": "after"},
             {"fault": "hang", "match": {"operation": "ListRoles"}, "seconds": 30},
             {"fault": "throttle", "match": {"operation": "ListUsers"}}]  # fmt: skip
    process.put_faults(folder, parse_rules({"rules": rules}))
    with pytest.raises(ConnectionClosedError):
        iam.create_group(GroupName="performed")
    assert iam.get_group(GroupName="performed")["Group"]["GroupName"] == "performed"
    with pytest.raises(ReadTimeoutError):
        iam.list_roles()
    with pytest.raises(ClientError, match="Throttling"):
        iam.list_users()
    os.kill(endpoint.pid, signal.SIGKILL)
    again = process.start(folder, endpoint.port)
    iam = client(again, "iam")
    assert iam.get_group(GroupName="performed")["Group"]["GroupName"] == "performed"
    with pytest.raises(ClientError, match="Throttling"):
        iam.list_users()
    assert process.is_disturbed(again)
    process.put_faults(folder, Rules())
    assert iam.list_users()["Users"]


@pytest.mark.slow
def test_an_object_of_a_hundred_megabytes_is_kept_in_bounded_memory(tmp_path: Path) -> None:
    endpoint = process.start(tmp_path, 0)
    s3 = client(endpoint, "s3")
    s3.create_bucket(Bucket="large")
    for number in range(2):
        s3.put_object(Bucket="large", Key=str(number), Body=bytes(100_000_000))
    assert s3.head_object(Bucket="large", Key="1")["ContentLength"] == 100_000_000
    status = Path(f"/proc/{endpoint.pid}/status").read_text()
    peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1000  # type: ignore[index]
    process.stop(tmp_path)
    assert peak < 1000, f"{peak:.0f} MB"
