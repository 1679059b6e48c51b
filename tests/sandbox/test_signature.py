"""Signatures: AWS's published examples, botocore's own signers as the oracle, and that nothing changed gets through."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from botocore.auth import (
    HmacV1Auth,
    HmacV1QueryAuth,
    S3SigV4Auth,
    S3SigV4QueryAuth,
    SigV4Auth,
    SigV4QueryAuth,
)
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from bastide.sandbox import Sandbox, transport
from bastide.sandbox.clock import Clock
from bastide.sandbox.signature import verify
from bastide.sandbox.wire import AwsError, HttpRequest

# The example credentials of AWS's documentation.
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SCOPE = f"{KEY}/20130524/us-east-1/s3/aws4_request"
MAY = datetime(2013, 5, 24, tzinfo=UTC)


class Then(Clock):
    """A sandbox's clock that stands at a time of the documentation's examples."""

    def __init__(self, at: datetime) -> None:
        super().__init__(lambda offset: None)
        self.at = at

    def now(self) -> datetime:
        return self.at


def checked(request: HttpRequest, at: datetime, service: str = "s3", protocol: str = "rest-xml") -> HttpRequest:
    return verify(request, SECRET, service, protocol, Then(at))


def refused(
    request: HttpRequest, service: str = "s3", protocol: str = "rest-xml", at: datetime | None = None
) -> AwsError:
    with pytest.raises(AwsError) as caught:
        verify(request, SECRET, service, protocol, Then(at or datetime.now(UTC)))
    return caught.value


def authorization(signed: str, signature: str, scope: str = SCOPE) -> tuple[str, str]:
    return ("Authorization", f"AWS4-HMAC-SHA256 Credential={scope},SignedHeaders={signed},Signature={signature}")


def example(method: str, target: str, signed: str, signature: str, body: bytes = b"", **headers: str) -> HttpRequest:
    """A request of the S3 API Reference's examples, at examplebucket."""
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    if "x-amz-date" not in dict(named) and "Date" not in dict(named):
        named.append(("x-amz-date", "20130524T000000Z"))
    host = ("Host", "examplebucket.s3.amazonaws.com")
    return HttpRequest(method, f"http://{host[1]}{target}", (host, *named, authorization(signed, signature)), body)


# Source: Amazon S3 API Reference, "Signature Calculations for the Authorization Header: … Single Chunk", "Examples".
PUBLISHED = {
    "GET object": example(
        "GET", "/test.txt", "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        Range="bytes=0-9", x_amz_content_sha256=EMPTY,
    ),
    "PUT object": example(
        "PUT", "/test%24file.text", "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd", b"Welcome to Amazon S3.",
        Date="Fri, 24 May 2013 00:00:00 GMT", x_amz_date="20130524T000000Z", x_amz_storage_class="REDUCED_REDUNDANCY",
        x_amz_content_sha256="44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
    ),
    "GET bucket lifecycle": example(
        "GET", "/?lifecycle", "host;x-amz-content-sha256;x-amz-date",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543", x_amz_content_sha256=EMPTY,
    ),
    "GET bucket": example(
        "GET", "/?max-keys=2&prefix=J", "host;x-amz-content-sha256;x-amz-date",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7", x_amz_content_sha256=EMPTY,
    ),
}  # fmt: skip
# Source: the same, "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)", "Example".
PRESIGNED = HttpRequest(
    "GET",
    "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
    f"&X-Amz-Credential={quote(SCOPE, safe='')}&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
    "&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
    (),
)


def stream(kind: str, seed: str, chunks: list[tuple[int, str]], trailer: bytes = b"", **headers: str) -> HttpRequest:
    """The documentation's 66,560 letters `a`, in two chunks and an empty one."""
    body = b"".join(
        b"%x;chunk-signature=%s\r\n%s\r\n" % (size, sign.encode(), b"a" * size) if size
        else b"0;chunk-signature=%s\r\n" % sign.encode()
        for size, sign in chunks
    ) + trailer + b"\r\n"  # fmt: skip
    named = {
        "content-encoding": "aws-chunked", "x-amz-content-sha256": kind, "x-amz-date": "20130524T000000Z",
        "x-amz-decoded-content-length": "66560", "x-amz-storage-class": "REDUCED_REDUNDANCY", **headers,
    }  # fmt: skip
    signed = ";".join(sorted({"host", *named} - {"content-length"} | set(headers)))
    host = ("Host", "s3.amazonaws.com")
    return HttpRequest(
        "PUT", "https://s3.amazonaws.com/examplebucket/chunkObject.txt",
        (host, *named.items(), authorization(signed, seed)), body,
    )  # fmt: skip


# Source: Amazon S3 API Reference, "… Transferring Payload in Multiple Chunks (Chunked Upload)", "Example: PUT Object".
STREAMED = stream(
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    [
        (65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
        (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
        (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
    ],
    **{"content-length": "66824"},
)  # fmt: skip
# Source: the same, "… Including Trailing Headers (Chunked Upload)", "Example: PUT Object".
TRAILED = stream(
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    [
        (65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2"),
        (1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"),
        (0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"),
    ],
    b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
    b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n",
    **{"x-amz-trailer": "x-amz-checksum-crc32c"},
)  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_examples_of_the_s3_api_reference_verify(name: str) -> None:
    assert checked(PUBLISHED[name], MAY) == PUBLISHED[name]


def test_the_presigned_example_verifies_for_its_day_and_no_longer() -> None:
    assert checked(PRESIGNED, MAY + timedelta(hours=23))
    assert refused(PRESIGNED, at=MAY + timedelta(hours=25)).message == "Request has expired"
    assert refused(PRESIGNED, at=MAY - timedelta(hours=1)).message == "Request is not valid yet"


@pytest.mark.parametrize("request_", [STREAMED, TRAILED], ids=["chunks", "trailer"])
def test_the_streamed_examples_arrive_unwrapped(request_: HttpRequest) -> None:
    plain = checked(request_, MAY)
    assert plain.body == b"a" * 66560
    assert not plain.header("content-encoding") and not plain.header("x-amz-content-sha256")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.replace(b"a", b"b", 1),
        lambda body: body[: body.rindex(b"0;chunk")],
        lambda body: body.replace(b";chunk-signature=", b";chunk-signature=0", 1),
        lambda body: body[body.index(b"400;") :],
        lambda body: b"zz\r\n" + body,
        lambda body: body[:5000],
    ],
)
@pytest.mark.parametrize("request_", [STREAMED, TRAILED], ids=["chunks", "trailer"])
def test_a_changed_chunk_is_refused(request_: HttpRequest, spoil: Callable[[bytes], bytes]) -> None:
    refusal = refused(dataclasses.replace(request_, body=spoil(request_.body)), at=MAY)
    assert refusal.code in ("SignatureDoesNotMatch", "IncompleteBody")


def test_a_changed_trailer_is_refused() -> None:
    for old, new in ((b"sOO8/Q==", b"sOO8/A=="), (b"x-amz-trailer-signature:d8", b"x-amz-trailer-signature:d9")):
        changed = dataclasses.replace(TRAILED, body=TRAILED.body.replace(old, new))
        assert refused(changed, at=MAY).code == "SignatureDoesNotMatch"


def test_a_trailing_checksum_is_compared() -> None:
    signed = made(S3SigV4Auth, "PUT", "https://s3.amazonaws.com/b/k", {"X-Amz-Trailer": "x-amz-checksum-crc32"}, b"")
    body = b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:%s\r\n\r\n"
    kind = ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    headers = (*(pair for pair in signed.headers if pair[0].lower() != kind[0]), kind)
    # The head is signed anew over the kind of the stream, as SDKs do.
    head = resigned(dataclasses.replace(signed, headers=headers))
    good = dataclasses.replace(head, body=body % b"NSRBwg==")
    assert verify(good, SECRET, "s3", "rest-xml", Then(datetime.now(UTC))).body == b"abc"
    assert refused(dataclasses.replace(head, body=body % b"AAAAAA==")).code == "BadDigest"


def test_the_example_of_the_iam_user_guide_verifies() -> None:
    # Source: AWS General Reference, "Signature Version 4 signing process", the ListUsers request.
    request = HttpRequest(
        "GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08",
        (
            ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"), ("X-Amz-Date", "20150830T123600Z"),
            authorization(
                "content-type;host;x-amz-date", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
                "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request",
            ),
        ),
    )  # fmt: skip
    secret, then = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Then(datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
    assert verify(request, secret, "iam", "query", then) == request
    with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
        verify(request, SECRET, "iam", "query", then)


# Source: Amazon S3 Developer Guide (2006-03-01), "Signing and Authenticating REST Requests".
OLDER = {
    "GET": ("GET", "/photos/puppy.jpg", (), "bWq2s1WEIj+Ydj0vQ697zp+IXMU=", "19:36:42"),
    "PUT": (
        "PUT", "/photos/puppy.jpg", (("Content-Type", "image/jpeg"), ("Content-Length", "94328")),
        "MyyxeRY7whkBe+bq8fHCL/2kKUg=", "21:15:45",
    ),
    "list": ("GET", "/?prefix=photos&max-keys=50&marker=puppy", (), "htDYFYduRNen8P9ZfE/s9SuKy0U=", "19:42:41"),
    "acl": ("GET", "/?acl", (), "c2WLPFtWHVgbEmeEG93a4cG37dM=", "19:44:46"),
}  # fmt: skip


@pytest.mark.parametrize("name", OLDER)
def test_the_examples_of_s3s_older_signature_verify(name: str) -> None:
    method, target, headers, signature, time = OLDER[name]
    all_headers = (
        ("Host", "johnsmith.s3.amazonaws.com"), ("Date", f"Tue, 27 Mar 2007 {time} +0000"),
        ("Authorization", f"AWS {KEY}:{signature}"), *headers,
    )  # fmt: skip
    request = HttpRequest(method, f"http://johnsmith.s3.amazonaws.com{target}", all_headers)
    at = datetime.strptime(f"2007-03-27 {time}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    assert checked(request, at) == request
    assert refused(dataclasses.replace(request, method="DELETE"), at=at).code == "SignatureDoesNotMatch"


# ── botocore's signers ──────────────────────────────────────────────────────────────────────────────────────────────


def made(
    signer: type, method: str, url: str, headers: dict[str, str], body: bytes, service: str = "s3", token: str = ""
) -> HttpRequest:
    """A request as botocore signs and sends it."""
    request = AWSRequest(method=method, url=url, headers=headers, data=body)
    credentials = Credentials(KEY, SECRET, token or None)
    old = signer in (HmacV1Auth, HmacV1QueryAuth)
    (signer(credentials) if old else signer(credentials, service, "eu-west-1")).add_auth(request)
    return transport.parse_request(request.prepare())


def resigned(request: HttpRequest) -> HttpRequest:
    """Signed again over the x-amz-content-sha256 that it has."""

    class Kept(S3SigV4Auth):
        def payload(self, request: AWSRequest) -> str:
            return kind

    kind = request.header("x-amz-content-sha256")
    headers = {name: value for name, value in request.headers if name.lower() != "authorization"}
    return made(Kept, request.method, request.url, headers, request.body)


SEGMENTS = st.lists(
    st.one_of(
        st.text(min_size=0, max_size=8), st.sampled_from(["..", ".", "", "a b", "+", "%2F", "é", "ключ", "~", "*", ":"])
    ),
    max_size=5,
)
PAIRS = st.lists(st.tuples(st.text(min_size=1, max_size=6), st.text(max_size=6)), max_size=4)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
HEADERS = st.dictionaries(
    st.sampled_from(["x-amz-meta-a", "x-amz-meta-B_c", "Content-Type", "Range"]), VALUES, max_size=3
)


def encoded(text: str) -> str:
    return quote(text.encode("utf-8", "replace"), safe="-_.~")


def url_of(host: str, segments: list[str], pairs: list[tuple[str, str]]) -> str:
    path = "/".join(encoded(part) for part in segments)
    query = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs)
    return f"https://{host}/{path}" + (f"?{query}" if query else "")


@given(
    SEGMENTS,
    PAIRS,
    HEADERS,
    st.binary(max_size=40),
    st.sampled_from([S3SigV4Auth, S3SigV4QueryAuth, HmacV1Auth, HmacV1QueryAuth]),
)
def test_what_botocore_signs_for_s3_verifies_and_nothing_else_does(
    segments: list[str], pairs: list[tuple[str, str]], headers: dict[str, str], body: bytes, signer: type
) -> None:
    url = url_of("s3.eu-west-1.amazonaws.com", ["bucket", *segments], pairs)
    # A presigned URL is made before there is a body.
    request = made(signer, "PUT", url, headers, b"" if signer is S3SigV4QueryAuth else body)
    request = dataclasses.replace(request, body=body)
    now = datetime.now(UTC)
    assert checked(request, now) == request
    for other in (
        dataclasses.replace(request, method="GET"),
        dataclasses.replace(request, url=request.url.replace("/bucket", "/other", 1)),
        dataclasses.replace(request, headers=(*request.headers, ("x-amz-acl", "public-read"))),
    ):
        assert refused(other).code in ("SignatureDoesNotMatch", "AccessDenied")
    if signer is S3SigV4Auth:
        assert refused(dataclasses.replace(request, body=body + b"!")).code == "XAmzContentSHA256Mismatch"


@given(SEGMENTS, PAIRS, HEADERS, st.binary(max_size=40), st.sampled_from([SigV4Auth, SigV4QueryAuth]))
def test_what_botocore_signs_for_other_services_verifies_and_nothing_else_does(
    segments: list[str], pairs: list[tuple[str, str]], headers: dict[str, str], body: bytes, signer: type
) -> None:
    url = url_of("lambda.eu-west-1.amazonaws.com", ["2015-03-31", *segments], pairs)
    request = made(signer, "POST", url, headers, body if signer is SigV4Auth else b"", "lambda")
    assert checked(request, datetime.now(UTC), "lambda", "rest-json") == request
    for other in (
        dataclasses.replace(request, method="GET"),
        dataclasses.replace(request, body=request.body + b"!"),
        dataclasses.replace(request, url=request.url.replace("lambda.", "kms.", 1)),
    ):
        assert refused(other, "lambda", "rest-json").code == "InvalidSignatureException"


def test_a_header_that_comes_twice_is_signed_with_both_values() -> None:
    request = AWSRequest(method="GET", url="https://sts.amazonaws.com/", data=b"")
    for value in ("one", "two"):
        request.headers.add_header("X-Twice", value)
    SigV4Auth(Credentials(KEY, SECRET), "sts", "us-east-1").add_auth(request)
    headers = tuple(request.headers.items())
    found = HttpRequest("GET", "https://sts.amazonaws.com/", headers)
    assert [value for name, value in headers if name == "X-Twice"] == ["one", "two"]
    assert checked(found, datetime.now(UTC), "sts", "query")
    left = tuple(pair for pair in headers if pair != ("X-Twice", "two"))
    assert refused(dataclasses.replace(found, headers=left), "sts", "query").code == "SignatureDoesNotMatch"


# ── what services call it ───────────────────────────────────────────────────────────────────────────────────────────

WORDS = {
    "iam": ("query", "SignatureDoesNotMatch", 403, "IncompleteSignature", "SignatureDoesNotMatch"),
    "ec2": ("ec2", "AuthFailure", 401, "IncompleteSignature", "RequestExpired"),
    "kms": ("json", "InvalidSignatureException", 400, "IncompleteSignatureException", "InvalidSignatureException"),
    "lambda": (
        "rest-json",
        "InvalidSignatureException",
        403,
        "IncompleteSignatureException",
        "InvalidSignatureException",
    ),
    "route53": ("rest-xml", "SignatureDoesNotMatch", 403, "IncompleteSignature", "SignatureDoesNotMatch"),
    "s3": ("rest-xml", "SignatureDoesNotMatch", 403, "AuthorizationHeaderMalformed", "RequestTimeTooSkewed"),
}


def plain(service: str) -> HttpRequest:
    signer = S3SigV4Auth if service == "s3" else SigV4Auth
    return made(signer, "POST", f"https://{service}.eu-west-1.amazonaws.com/", {}, b"body", service)


def with_authorization(request: HttpRequest, change: Callable[[str], str]) -> HttpRequest:
    headers = tuple((name, change(value) if name == "Authorization" else value) for name, value in request.headers)
    return dataclasses.replace(request, headers=headers)


@pytest.mark.parametrize("service", WORDS)
def test_a_wrong_secret_is_refused_in_the_words_of_each_protocol(service: str) -> None:
    protocol, code, status, _, _ = WORDS[service]
    with pytest.raises(AwsError) as caught:
        verify(plain(service), "another secret", service, protocol, Then(datetime.now(UTC)))
    assert (caught.value.code, caught.value.status) == (code, status)


@pytest.mark.parametrize("service", WORDS)
@pytest.mark.parametrize("part", ["Credential", "SignedHeaders", "Signature"])
def test_an_authorization_without_one_of_its_parts_is_refused(service: str, part: str) -> None:
    protocol, _, _, code, _ = WORDS[service]
    broken = with_authorization(plain(service), lambda text: text.replace(f"{part}=", "Else="))
    refusal = refused(broken, service, protocol)
    assert refusal.code == code and part in refusal.message


@pytest.mark.parametrize("service", WORDS)
@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_signature_of_another_time_is_refused(service: str, minutes: int) -> None:
    protocol, _, _, _, code = WORDS[service]
    request = plain(service)
    then = f"{datetime.now(UTC) + timedelta(minutes=minutes):%Y%m%dT%H%M%SZ}"
    headers = tuple((name, then if name.lower() == "x-amz-date" else value) for name, value in request.headers)
    assert refused(dataclasses.replace(request, headers=headers), service, protocol).code == code


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("/aws4_request", "/aws3_request", "valid terminator: 'aws4_request'"),
        ("/eu-west-1/", "/eu west/", "valid Region"),
        ("SignedHeaders=", "SignedHeaders=x;", ""),
        ("host;", "", "'Host' or ':authority'"),
        (f"{datetime.now(UTC):%Y}", "2001", "Date in Credential scope does not match"),
        ("eu-west-1", "eu-west-2", ""),
        ("/iam/", "/sts/", ""),
    ],
)
def test_a_scope_that_is_not_the_requests_is_refused(old: str, new: str, words: str) -> None:
    request = plain("iam")
    broken = with_authorization(request, lambda text: text.replace(old, new, 1))
    assert broken != request
    refusal = refused(broken, "iam", "query")
    assert refusal.code == "SignatureDoesNotMatch" and words in refusal.message


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"x-amz-content-sha256": EMPTY}, "SignatureDoesNotMatch"),
        ({"x-amz-content-sha256": "nonsense"}, "InvalidArgument"),
        ({"x-amz-content-sha256": None}, "InvalidRequest"),
        ({"x-amz-meta-new": "unsigned"}, "AccessDenied"),
    ],
)
def test_s3_wants_the_bodys_hash_and_all_of_its_headers_signed(change: dict[str, str | None], code: str) -> None:
    request = plain("s3")
    kept = [(name, value) for name, value in request.headers if name.lower() not in change]
    added = [(name, value) for name, value in change.items() if value is not None]
    assert refused(dataclasses.replace(request, headers=(*kept, *added))).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "AWS4-ECDSA-P256-SHA256 Credential=a/20260101/s3/aws4_request, SignedHeaders=host, Signature=0",
            "InvalidRequest",
        ),
        ("Bearer Credential=a/20260101/us-east-1/s3/aws4_request", "InvalidRequest"),
    ],
)
def test_other_ways_of_signing_are_refused_by_name(text: str, code: str) -> None:
    assert refused(with_authorization(plain("s3"), lambda _: text)).code == code
    assert (
        refused(with_authorization(plain("kms"), lambda _: text), "kms", "json").code == "IncompleteSignatureException"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("X-Amz-Expires=86400", "X-Amz-Expires=604801"),
        ("X-Amz-Expires=86400", "X-Amz-Expires=-1"),
        ("X-Amz-Expires=86400", "X-Amz-Expires=soon"),
        ("X-Amz-Expires=86400&", ""),
        ("X-Amz-SignedHeaders=host&", ""),
        ("X-Amz-Date=20130524T000000Z", "X-Amz-Date=yesterday"),
        ("X-Amz-Date=20130524T000000Z", "X-Amz-Date=00010101T000000Z"),
        ("X-Amz-Date=20130524T000000Z", "X-Amz-Date=99991231T235959Z"),
    ],
)
def test_a_presigned_url_that_does_not_tell_its_time_is_refused(old: str, new: str) -> None:
    broken = dataclasses.replace(PRESIGNED, url=PRESIGNED.url.replace(old, new))
    assert refused(broken, at=MAY).code == "AuthorizationQueryParametersError"


@pytest.mark.parametrize("expires", ["-62135596800", "1", "9" * 30, "soon", ""])
def test_an_older_presigned_url_with_an_odd_end_is_refused(expires: str) -> None:
    url = f"https://s3.amazonaws.com/b/k?AWSAccessKeyId={KEY}&Signature=x&Expires={expires}"
    assert refused(HttpRequest("GET", url, ())).status in (400, 403)


def test_s3_takes_one_way_of_signing_at_a_time() -> None:
    both = dataclasses.replace(PRESIGNED, headers=PUBLISHED["GET object"].headers)
    assert refused(both, at=MAY).code == "InvalidArgument"


@given(st.text(max_size=200), st.text(max_size=100))
def test_no_authorization_whatever_it_says_crashes_or_passes(text: str, query: str) -> None:
    for request in (
        with_authorization(plain("s3"), lambda _: text),
        with_authorization(plain("s3"), lambda _: f"AWS4-HMAC-SHA256 {text}"),
        with_authorization(plain("s3"), lambda _: f"AWS {text}"),
        HttpRequest("GET", f"https://s3.amazonaws.com/b?X-Amz-Credential={quote(text)}&{quote(query, safe='&=')}", ()),
        HttpRequest(
            "GET", f"https://s3.amazonaws.com/b?AWSAccessKeyId=x&Signature={quote(text)}&Expires={quote(query)}", ()
        ),
    ):
        refused(request)
        refused(request, "kms", "json")


# ── with the sandbox's own keys ─────────────────────────────────────────────────────────────────────────────────────


def calls(session: Any) -> dict[str, Callable[[], Any]]:
    """One call a protocol; S3 goes the long way, with a signature."""
    return {
        "iam": session.client("iam").list_users,
        "ec2": session.client("ec2").describe_vpcs,
        "kms": session.client("kms").list_keys,
        "lambda": session.client("lambda").list_functions,
        "s3": session.client("s3").list_buckets,
    }


def user_key(world: Any, name: str) -> dict[str, str]:
    iam = world.client("iam")
    iam.create_user(UserName=name)
    policy = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.attach_user_policy(UserName=name, PolicyArn=policy)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}


@pytest.mark.parametrize("service", ["iam", "ec2", "kms", "lambda", "s3"])
def test_in_process_too_a_wrong_secret_is_refused(world: Any, refused: Any, service: str) -> None:
    name = f"wrong-{service}"
    keys = user_key(world, name)
    calls(world.sandbox.session_with(keys))[service]()
    wrong = keys | {"aws_secret_access_key": keys["aws_secret_access_key"][::-1]}
    refused(WORDS[service][1], calls(world.sandbox.session_with(wrong))[service])


def test_a_users_key_has_no_session_token(world: Any, refused: Any) -> None:
    keys = user_key(world, "tokened") | {"aws_session_token": "made-up"}
    session = world.sandbox.session_with(keys)
    refused("InvalidClientTokenId", calls(session)["iam"])
    refused("InvalidToken", calls(session)["s3"])


def test_a_session_without_its_token_is_unknown(world: Any, refused: Any) -> None:
    made = world.client("sts").get_caller_identity
    assert made()["Account"]
    role = f"arn:aws:iam::{world.accounts['work']}:role/OrganizationAccountAccessRole"
    keys = world.client("sts").assume_role(RoleArn=role, RoleSessionName="bare")["Credentials"]
    bare = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"]}
    session = world.sandbox.session_with(bare)
    refused("InvalidClientTokenId", calls(session)["iam"])
    refused("InvalidAccessKeyId", calls(session)["s3"])


def test_the_same_secrets_hold_after_a_restart(tmp_path: Any) -> None:
    path = tmp_path / "journal.jsonl"
    first = Sandbox(path)
    iam = first.session().client("iam")
    iam.create_user(UserName="kept")
    iam.put_user_policy(UserName="kept", PolicyName="all", PolicyDocument=ALLOW)
    made = iam.create_access_key(UserName="kept")["AccessKey"]
    own = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    issued = first.session_with(own).client("sts").get_session_token()["Credentials"]
    session = {
        "aws_access_key_id": issued["AccessKeyId"], "aws_secret_access_key": issued["SecretAccessKey"],
        "aws_session_token": issued["SessionToken"],
    }  # fmt: skip
    first.close()
    assert made["SecretAccessKey"] not in path.read_text()
    again = Sandbox(path)
    for keys in (own, session):
        again.session_with(keys).client("s3").list_buckets()
        again.session_with(keys).client("sts").get_caller_identity()
        wrong = again.session_with(keys | {"aws_secret_access_key": "other"})
        with pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            wrong.client("s3").list_buckets()
    again.clock.advance("2d")
    with pytest.raises(ClientError, match="ExpiredToken"):
        again.session_with(session).client("s3").list_buckets()
    again.close()


ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_a_driven_clock_breaks_no_client_and_ends_presigned_urls(version: str) -> None:
    sandbox = Sandbox()
    s3 = sandbox.session().client("s3", config=Config(signature_version=version))
    s3.create_bucket(Bucket="driven")
    s3.put_object(Bucket="driven", Key="k", Body=b"text")

    def status(url: str) -> int:
        return sandbox.answer(HttpRequest("GET", url, ())).status

    for way in (lambda: sandbox.clock.advance("30d"), lambda: sandbox.clock.set("2020-01-01T00:00:00Z")):
        old = s3.generate_presigned_url("get_object", Params={"Bucket": "driven", "Key": "k"})
        way()
        if sandbox.clock.offset > timedelta():
            assert status(old) == 403
        after = s3.generate_presigned_url("get_object", Params={"Bucket": "driven", "Key": "k"})
        assert s3.get_object(Bucket="driven", Key="k")["Body"].read() == b"text"
        assert status(after) == 200
        sandbox.clock.advance("2h")
        assert status(after) == 403
    sandbox.close()
