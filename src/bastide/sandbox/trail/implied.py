"""Events of KMS that another service causes in its caller's name: the data key behind an object, a secret, a message.

One idea: authorization asked KMS's question beside the call's own (`authorize.dependents`), with the key and the
encryption context; what it asked becomes the record. A bare sandbox asks nothing, and has no such records. Grants that
a service makes, and data keys that it keeps for a while (bucket keys, queues), are not modelled: every use is a call.
Source: AWS KMS Developer Guide, "Logging AWS KMS API calls with AWS CloudTrail"; AWS Secrets Manager User Guide, "How
Secrets Manager uses AWS KMS" (`invokedBy`, `sourceIPAddress`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from bastide.sandbox.trail.identity import encode_identity, foreign_identity
from bastide.sandbox.trail.resources import Row

if TYPE_CHECKING:
    from bastide.sandbox.authorize.judgement import Part
    from bastide.sandbox.call import Call

VIA, CONTEXT = "kms:ViaService", "kms:EncryptionContext:"
SYMMETRIC = {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
PARAMETERS: dict[str, dict[str, Any]] = {
    "Decrypt": SYMMETRIC,
    "Encrypt": SYMMETRIC,
    "GenerateDataKey": {"keySpec": "AES_256"},
    "GenerateDataKeyWithoutPlaintext": {"keySpec": "AES_256"},
}
# S3 does not say its name. Source: AWS CloudTrail User Guide, "CloudTrail userIdentity element", `invokedBy`.
SPOKEN = {"s3": "AWS Internal"}


def uses_of_keys(call: Call, *, succeeded: bool) -> Iterator[Part]:
    """The questions to KMS that were put in the caller's name: all of a call that `succeeded`, else the refused one."""
    for part in getattr(call.judgement, "parts", ()):
        service, _, operation = part.action.partition(":")
        if service != "kms" or call.service == "kms" or operation not in PARAMETERS or part.request is None:
            continue
        if VIA in part.request.context and (succeeded or not part.allowed):
            yield part


def render_use(call: Call, part: Part, id_of: Any) -> tuple[list[Row], str, list[tuple[str, dict[str, Any]]]]:
    """(resources, name, records by account) of one use of a key; `id_of` makes ids of events."""
    assert part.request is not None
    operation = part.action.partition(":")[2]
    context = part.request.context
    via = str(context[VIA]).partition(".")[0]
    by = SPOKEN.get(via, f"{via}.amazonaws.com")
    owner, region = part.resource.split(":")[4], part.resource.split(":")[3]
    given = {key.removeprefix(CONTEXT): value for key, value in context.items() if key.startswith(CONTEXT)}
    rows = [{"accountId": owner, "type": "AWS::KMS::Key", "ARN": part.resource}]
    parameters: dict[str, Any] = {"encryptionContext": given} if given else {}
    if operation != "Decrypt":
        parameters["keyId"] = part.resource
    refusal = {"errorCode": "AccessDenied", "errorMessage": _refusal(call, part)} if not part.allowed else {}
    fields: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": encode_identity(call.principal, by),
        "eventTime": f"{call.at.isoformat()[:19]}Z",
        "eventSource": "kms.amazonaws.com",
        "eventName": operation,
        "awsRegion": region,
        "sourceIPAddress": by,
        "userAgent": by,
        **refusal,
        "requestParameters": parameters | PARAMETERS[operation],
        "responseElements": None,
        "requestID": id_of(),
        "readOnly": True,
        "resources": rows,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "eventCategory": "Management",
    }
    caller = call.principal.account
    accounts = [caller] if owner == caller or refusal else [caller, owner]
    shared = {"sharedEventID": id_of()} if len(accounts) > 1 else {}
    foreign = {"userIdentity": msgspec.Raw(msgspec.json.encode(foreign_identity(call.principal, by)))}
    records = []
    for account in accounts:
        own = {"eventID": id_of(), "recipientAccountId": account, **shared}
        records.append((account, fields | own | (foreign if account != caller else {})))
    return rows, operation, records


def _refusal(call: Call, part: Part) -> str:
    return f"User: {call.principal.arn} is not authorized to perform: {part.action} on resource: {part.resource}"
