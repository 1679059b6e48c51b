"""S3's form of parameters: the bucket, the host, what stood in the query string, and the document that was sent.

One idea: read from the request as it came, since S3 logs the request rather than its members.
Source: Amazon S3 User Guide, "Example: Amazon S3 log file entries".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from botocore.model import ListShape, Shape, StructureShape

if TYPE_CHECKING:
    from bastide.sandbox.call import Call

_XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
_HEADERS = (
    "x-amz-acl",
    "x-amz-bucket-object-lock-enabled",
    "x-amz-bypass-governance-retention",
    "x-amz-copy-source",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-mfa",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-storage-class",
)
_SIGNATURE = ("x-amz-", "awsaccesskeyid", "signature", "expires")
_NOT_LOGGED = {"PutObject", "UploadPart", "SelectObjectContent"}


def request_parameters(call: Call) -> dict[str, Any]:
    """`requestParameters` of an S3 or S3 Control call."""
    params, parts = call.params, urlsplit(call.request.url)
    row: dict[str, Any] = {}
    bucket = params.get("Bucket") if call.service == "s3" else None
    if bucket:
        row["bucketName"] = bucket
    row["Host"] = f"{bucket}.s3.{call.region}.amazonaws.com" if bucket else parts.netloc
    if params.get("Key"):
        row["key"] = params["Key"]
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if not name.lower().startswith(_SIGNATURE) and name != "x-id":
            row[name] = value
    for name, value in call.request.headers:
        if name.lower() in _HEADERS:
            row[name.lower()] = value
    if call.operation not in _NOT_LOGGED:
        row |= _document(call, params)
    return row


def _document(call: Call, params: Mapping[str, Any]) -> dict[str, Any]:
    """The body, by the name of its root element."""
    shape = call.model.input_shape
    payload = shape.serialization.get("payload") if shape is not None else None
    value = params.get(payload) if payload else None
    if payload is None or value is None:
        return {}
    if payload == "Policy":
        return {"bucketPolicy": _parsed(value)}
    member = shape.members[payload]
    if not isinstance(member, StructureShape):
        return {}
    name = str(member.serialization.get("name") or payload)
    return {name: {"xmlns": _XMLNS} | _elements(member, value)}


def _parsed(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return text


def _elements(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        row: dict[str, Any] = {}
        for name, inner in value.items():
            member = shape.members.get(name)
            if member is None or inner is None:
                continue
            wire = str(member.serialization.get("name") or name)
            if isinstance(member, ListShape):
                wire = (
                    wire
                    if not member.serialization.get("flattened")
                    else str(member.member.serialization.get("name") or wire)
                )
            row[wire] = _elements(member, inner)
        return row
    if isinstance(shape, ListShape):
        items = [_elements(shape.member, one) for one in value]
        return items[0] if len(items) == 1 else items
    return value if isinstance(value, str | int | float | bool) else str(value)


def additional_event_data(call: Call, received: int, sent: int) -> dict[str, Any]:
    """`additionalEventData` of an S3 call: how it was signed, and how much went in and out (bytes)."""
    query = "X-Amz-Signature" in call.request.url or "AWSAccessKeyId" in call.request.url
    row: dict[str, Any] = {
        "SignatureVersion": "SigV2" if "AWSAccessKeyId=" in call.request.url else "SigV4",
        "bytesTransferredIn": received,
        "AuthenticationMethod": "QueryString" if query else "AuthHeader",
        "bytesTransferredOut": sent,
    }
    if call.transport == "https":
        row["CipherSuite"] = "TLS_AES_128_GCM_SHA256"
    return row
