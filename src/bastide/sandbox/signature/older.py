"""S3's Signature Version 2, in the header and in presigned URLs, which botocore still makes for some Regions.

One idea: one string of method, three headers, `x-amz-*` headers and the resource is signed with HMAC-SHA1.
Source: Amazon S3 Developer Guide (API version 2006-03-01), "Signing and Authenticating REST Requests".
"""

from __future__ import annotations

import base64
import hmac
import re
from urllib.parse import unquote, urlsplit

from bastide.sandbox.wire import HttpRequest

_HOST = re.compile(
    r"^(?:(?P<bucket>.+)\.)?s3(?:[.-](?:dualstack\.)?[a-z]{2}[a-z0-9-]*-\d)?\.(?:amazonaws\.com|localhost)"
)
# Parameters that name what is asked for, or change the answer's headers: they are part of the resource.
_PART = frozenset(
    [
        "accelerate",
        "acl",
        "analytics",
        "cors",
        "defaultObjectAcl",
        "delete",
        "inventory",
        "lifecycle",
        "location",
        "logging",
        "metrics",
        "notification",
        "object-lock",
        "partNumber",
        "policy",
        "replication",
        "requestPayment",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "restore",
        "select",
        "select-type",
        "storageClass",
        "tagging",
        "torrent",
        "uploadId",
        "uploads",
        "versionId",
        "versioning",
        "versions",
        "website",
    ]
)
# What a presigned URL says of its signature, beside `x-amz-` headers that moved into it.
_AUTH = ("AWSAccessKeyId", "Expires", "Signature")


def bucket_in_host(host: str) -> str:
    """The bucket of a virtual-hosted address; empty where the path says it."""
    virtual = _HOST.match(host)
    return (virtual["bucket"] or "") if virtual else ""


def is_signature(signature: str, request: HttpRequest, secret: str, expires: str = "") -> bool:
    """Whether a signature (Base64) is the request's; `expires` as a presigned URL says it."""
    path = urlsplit(request.url).path or "/"
    # A bucket's own path is signed with a slash at its end, whether it is sent with one or not.
    paths = (path, path + "/") if path.count("/") == 1 else (path,)
    wanted = [hmac.digest(secret.encode(), _string_to_sign(request, one, expires).encode(), "sha1") for one in paths]
    return any(hmac.compare_digest(base64.b64encode(one), signature.strip().encode()) for one in wanted)


def _string_to_sign(request: HttpRequest, path: str, expires: str) -> str:
    parts = urlsplit(request.url)
    pairs = [part.partition("=") for part in parts.query.split("&") if part]
    # Headers of a presigned request may be in its address.
    moved = [(name.lower(), unquote(value)) for name, _, value in pairs if name not in _AUTH]
    headers = dict(moved if expires else ()) | _joined(request)
    own = sorted((name, value) for name, value in headers.items() if name.startswith("x-amz-"))
    date = expires or ("" if "x-amz-date" in headers else headers.get("date", ""))
    lines = [request.method, headers.get("content-md5", ""), headers.get("content-type", ""), date]
    lines += [f"{name}:{value}" for name, value in own]
    return "\n".join([*lines, _resource(request, parts.netloc, path, pairs)])


def _joined(request: HttpRequest) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in request.headers:
        key = name.lower()
        found[key] = f"{found[key]},{value.strip()}" if key in found else value.strip()
    return found


def _resource(request: HttpRequest, host: str, path: str, pairs: list[tuple[str, str, str]]) -> str:
    bucket = bucket_in_host(request.header("host") or host)
    named = sorted((name, equals, unquote(value)) for name, equals, value in pairs if unquote(name) in _PART)
    query = "&".join(f"{name}{equals}{value}" for name, equals, value in named)
    return (f"/{bucket}" if bucket else "") + path + (f"?{query}" if query else "")
