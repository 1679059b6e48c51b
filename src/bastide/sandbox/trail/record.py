"""From a call and its answer to CloudTrail records: one in the caller's account, one in the owner's if it is another.

One idea: a record is a plain dictionary in AWS's order of fields; parts that repeat (who, TLS) are encoded once and put
in as they are. Answers are only parsed for calls that change something.
Source: AWS CloudTrail User Guide, "CloudTrail record contents for management, data, and network activity events".
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from bastide.sandbox import moto
from bastide.sandbox.trail import ec2, s3
from bastide.sandbox.trail.identity import encode_identity, foreign_identity
from bastide.sandbox.trail.implied import render_use, uses_of_keys
from bastide.sandbox.trail.names import data_type, event_name, event_region, event_source, is_read
from bastide.sandbox.trail.resources import Row, owner_of, readers, resources_of
from bastide.sandbox.trail.service_events import aftermath_of
from bastide.sandbox.trail.shape import request_of, response_of
from bastide.sandbox.wire import HttpResponse

if TYPE_CHECKING:
    from bastide.sandbox.call import Call

EVENT_VERSION = "1.11"
# Source: "CloudTrail record contents": requestParameters and responseElements hold at most 100 KB, userAgent 1 KB.
PART_LIMIT, AGENT_LIMIT = 100 * 1024, 1024
_LOCAL = "127.0.0.1"
_S3_ANSWER = ("x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-version-id")
_HEADERS = {
    "user-agent": "agent",
    "x-bastide-source-ip": "ip",
    "x-bastide-source-vpce": "endpoint",
}

_encode = msgspec.json.Encoder(decimal_format="number").encode
_chance = random.Random(os.urandom(16))


@dataclass(frozen=True)
class Event:
    """A call as it is recorded. `bodies` are (account, record) pairs; the rest is what trails select by."""

    at: str
    source: str
    name: str
    region: str
    read: bool
    category: str
    error: str
    identity_arn: str
    endpoint: str
    resources: list[Row]
    bodies: list[tuple[str, msgspec.Raw]]


def uuid() -> str:
    """A random UUID of version 4; not from the sandbox's seeded generator, which makes the state."""
    text = f"{_chance.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def shape_event(call: Call, response: HttpResponse, *, bare: bool = False) -> Event:
    """The records of a call that was answered; a `bare` one leaves out what the call's own content says."""
    service, operation = call.service, call.operation
    code, message = _error(call, response) if response.status >= 300 else ("", "")
    read = is_read(service, operation)
    data = data_type(service, operation)
    seen = {_HEADERS[name]: value for key, value in call.request.headers if (name := key.lower()) in _HEADERS}
    owner = call.principal.account if bare else owner_of(call)
    rows = [] if bare else resources_of(call, owner)
    request_id = _request_id(response)
    fields = _who_and_what(call, seen)
    if code:
        fields["errorCode"], fields["errorMessage"] = code, message
    fields["requestParameters"] = None if bare else _bounded(_request(call), "requestParameters")
    answered = None if bare or code or (read and not _answers(call)) else _answer(call, response, request_id)
    fields["responseElements"] = _bounded(answered, "responseElements")
    if service == "s3":
        sent = len(response.body) or int(response.headers.get("content-length", 0) if operation == "GetObject" else 0)
        fields["additionalEventData"] = s3.additional_event_data(call, len(call.request.body), sent)
    fields |= {"requestID": request_id, "eventID": "", "readOnly": read}
    if operation == "CreateKey" and service == "kms" and answered:
        rows = [{"accountId": owner, "type": "AWS::KMS::Key", "ARN": str(answered["keyMetadata"]["arn"])}]
    if rows:
        fields["resources"] = rows
    fields |= {"eventType": "AwsApiCall", "managementEvent": data is None, "recipientAccountId": ""}
    accounts = readers(call, owner, not code)
    if len(accounts) > 1:
        fields["sharedEventID"] = uuid()
    if "endpoint" in seen:
        fields["vpcEndpointId"] = seen["endpoint"]
        fields["vpcEndpointAccountId"] = call.principal.account
    category = "Management" if data is None else "Data"
    fields["eventCategory"] = category
    if call.transport == "https":
        fields["tlsDetails"] = _tls(call.request.url.split("/", 3)[2])
    return Event(
        fields["eventTime"],
        fields["eventSource"],
        fields["eventName"],
        fields["awsRegion"],
        read,
        category,
        code,
        call.principal.arn,
        seen.get("endpoint", ""),
        rows,
        [(account, _body(fields, call, account)) for account in accounts],
    )


def _who_and_what(call: Call, seen: Mapping[str, str]) -> dict[str, Any]:
    """The fields that a record begins with; ``seen``: what the request's headers tell of the caller."""
    address, agent = seen.get("ip", _LOCAL), seen.get("agent", "")[:AGENT_LIMIT]
    if call.by:
        address = agent = call.by
    elif call.principal.type == "AWSService":
        address = agent = call.principal.user_id or call.principal.arn
    return {
        "eventVersion": EVENT_VERSION,
        "userIdentity": encode_identity(call.principal, call.by),
        "eventTime": f"{call.at.isoformat()[:19]}Z",
        "eventSource": event_source(call.service),
        "eventName": event_name(call.service, call.operation),
        "awsRegion": event_region(call.service, call.region),
        "sourceIPAddress": address,
        "userAgent": agent,
    }


def service_event(call: Call, event: Event, response: HttpResponse) -> Event | None:
    """What the service itself writes about the call's outcome, if it does."""
    found = aftermath_of(call, response)
    if found is None:
        return None
    name, details = found
    fields = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": {"accountId": call.account, "invokedBy": event.source},
        "eventTime": event.at,
        "eventSource": event.source,
        "eventName": name,
        "awsRegion": event.region,
        "sourceIPAddress": event.source,
        "userAgent": event.source,
        "requestParameters": None,
        "responseElements": None,
        "eventID": uuid(),
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": call.account,
        "serviceEventDetails": details,
        "eventCategory": "Management",
    }
    return replace(event, name=name, resources=[], bodies=[(call.account, msgspec.Raw(_encode(fields)))])


def implied_events(call: Call, *, succeeded: bool) -> list[Event]:
    """What KMS writes about the keys that other services used in the caller's name."""
    found = []
    for part in uses_of_keys(call, succeeded=succeeded):
        rows, name, records = render_use(call, part, uuid)
        bodies = [(account, msgspec.Raw(_encode(fields))) for account, fields in records]
        first = records[0][1]
        error = str(first.get("errorCode", ""))
        place = (first["eventTime"], "kms.amazonaws.com", name, first["awsRegion"])
        found.append(Event(*place, True, "Management", error, call.principal.arn, "", rows, bodies))
    return found


def _body(fields: dict[str, Any], call: Call, account: str) -> msgspec.Raw:
    fields["eventID"], fields["recipientAccountId"] = uuid(), account
    if account != call.principal.account and call.principal.type != "AWSService":
        return msgspec.Raw(_encode(fields | {"userIdentity": foreign_identity(call.principal, call.by)}))
    return msgspec.Raw(_encode(fields))


def _request_id(response: HttpResponse) -> str:
    headers = response.headers
    return (
        headers.get("x-amzn-requestid") or headers.get("x-amz-request-id") or headers.get("x-amzn-RequestId") or uuid()
    )


@cache
def _tls(host: str) -> msgspec.Raw:
    row = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": host}
    return msgspec.Raw(_encode(row))


def _answers(call: Call) -> bool:
    """Reads whose answer is logged all the same: they made a session."""
    return call.service == "sts" and call.operation.startswith("AssumeRole")


# ── what was asked and answered ─────────────────────────────────────────────────────────────────────────────────────


def _request(call: Call) -> Any:
    params = call.params
    if call.service in ("s3", "s3control"):
        return s3.request_parameters(call)
    if not params:
        return None
    if call.service == "ec2":
        return ec2.request_parameters(call.operation, params) or None
    convert = request_of(call.service, call.operation)
    return (convert(params) if convert is not None else dict(params)) or None


def _answer(call: Call, response: HttpResponse, request_id: str) -> Any:
    if call.service == "s3":
        found = {name: response.headers[name] for name in _S3_ANSWER if name in response.headers}
        return found or None
    if call.service == "s3control":
        return None
    if call.service == "ec2":
        return ec2.response_elements(call.operation, call.result(response), request_id)
    convert = response_of(call.service, call.operation)
    return None if convert is None else convert(call.result(response)) or None


def _bounded(part: Any, name: str) -> Any:
    """The part as JSON, or a note of its size when it is larger than a record may hold."""
    if part is None:
        return None
    text = _encode(part)
    if len(text) <= PART_LIMIT:
        return msgspec.Raw(text)
    return {"omitted": True, "originalSize": len(text), "reason": f"{name} too large"}


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _error(call: Call, response: HttpResponse) -> tuple[str, str]:
    """(code, message) as CloudTrail writes them; empty codes for redirects and `304 Not Modified`."""
    if response.status < 400:
        return "", ""
    error = response.error or call.error(response)
    return event_error(call.service, error.code, response.status), error.message


def event_error(service: str, code: str, status: int) -> str:
    """EC2's codes say whose fault it is; a denial is AccessDenied whatever the wire says; the rest are exceptions."""
    if service == "ec2":
        return code if code.startswith(("Client.", "Server.")) else f"{'Client' if status < 500 else 'Server'}.{code}"
    if code in ("AccessDeniedException", "AccessDenied", "AuthorizationError", "AuthorizationErrorException"):
        return "AccessDenied"
    if service == "s3":
        return code
    shape = moto.service_model(service).shape_for_error_code(code)
    return str(shape.name) if shape is not None else code
