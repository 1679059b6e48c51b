"""Errors as each service words them: throttled, unavailable, broken, denied.

One idea: a service whose model names such an error for the operation answers with that one, the others with their
protocol's.
Source: each service's API reference, "Common errors"; Amazon EC2 API Reference, "Error codes"; Amazon S3 API Reference,
"Error responses".
"""

from __future__ import annotations

import re

from bastide.aws.actions import iam_actions
from bastide.sandbox.call import Call
from bastide.sandbox.wire import AwsError

_THROTTLED = re.compile(r"^(?!Dependency).*Throttl|TooManyRequests|RequestLimitExceeded|RateExceeded")
_INTERNAL = re.compile(r"^(InternalServer|InternalService|Internal|Service|ServiceInternal)(Error|Failure|Exception)")
_UNAVAILABLE = re.compile(r"^ServiceUnavailable")
_DENIED = re.compile(r"^(AccessDenied|AccessDeniedException|NotAuthorizedException)$")
_ABSENT = re.compile(r"NotFound|NoSuch|DoesNotExist|NonExistent")


def throttled(call: Call) -> AwsError:
    """The service's throttling error."""
    match call.service, call.protocol:
        case "s3", _:
            return AwsError("SlowDown", "Please reduce your request rate.", 503)
        case _, "ec2":
            return AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
        case "sqs", _:
            return AwsError("RequestThrottled", "Request is throttled.", 403)
        case _, "query" | "rest-xml":
            return _modelled(call, _THROTTLED, "Throttling", "Rate exceeded", 400)
        case _:
            return _modelled(call, _THROTTLED, "ThrottlingException", "Rate exceeded", 400)


def broken(call: Call) -> AwsError:
    """500."""
    text = "An internal error has occurred; the sandbox was told to answer so."
    match call.service, call.protocol:
        case ("s3", _) | (_, "ec2"):
            return AwsError("InternalError", text, 500)
        case _:
            found = _modelled(call, _INTERNAL, "InternalFailure", text, 500)
            return AwsError(found.code, text, 500)


def unavailable(call: Call) -> AwsError:
    """503."""
    text = "The service is temporarily unavailable; the sandbox was told to answer so."
    match call.service, call.protocol:
        case _, "ec2":
            return AwsError("Unavailable", text, 503)
        case ("s3", _) | (_, "query" | "rest-xml"):
            return AwsError("ServiceUnavailable", text, 503)
        case _:
            return AwsError(_modelled(call, _UNAVAILABLE, "ServiceUnavailableException", text, 503).code, text, 503)


def denied(call: Call) -> AwsError:
    """Access denied, worded as IAM words it.

    Source: IAM User Guide, "Troubleshoot access denied error messages".
    """
    action = iam_actions(call.service, call.operation)[0]
    text = f"User: {call.principal.arn} is not authorized to perform: {action} with an explicit deny by a fault rule"
    match call.service, call.protocol:
        case _, "ec2":
            return AwsError("UnauthorizedOperation", f"You are not authorized to perform this operation. {text}", 403)
        case _, "query" | "rest-xml":
            return AwsError("AccessDenied", text, 403)
        case _, protocol:
            status = 400 if protocol == "json" else 403
            return AwsError(_modelled(call, _DENIED, "AccessDeniedException", text, status).code, text, status)


def absent(call: Call, member: str, name: str) -> AwsError | None:
    """The error for a thing that is not there (yet), named by a parameter; None when the service has none."""
    if call.service == "s3":
        code = "NoSuchBucket" if member == "Bucket" else "NoSuchKey"
        return AwsError(code, f"The specified {member.lower()} does not exist", 404)
    if call.protocol == "ec2":
        kind = member.removesuffix("s").removesuffix("Id").removesuffix("ID")
        code = "InvalidGroup.NotFound" if kind == "Group" else f"Invalid{kind}ID.NotFound"
        return AwsError(code, f"The {kind} ID '{name}' does not exist", 400)
    shapes = [shape for shape in call.model.error_shapes if _ABSENT.search(_code(shape))]
    if not shapes:
        return None
    return AwsError(_code(shapes[0]), f"{name} cannot be found", _status(shapes[0], 400))


def _modelled(call: Call, wanted: re.Pattern[str], code: str, text: str, status: int) -> AwsError:
    """The operation's own error of that kind, or the one given."""
    for shape in call.model.error_shapes:
        if wanted.search(_code(shape)):
            return AwsError(_code(shape), text, _status(shape, status))
    return AwsError(code, text, status)


def _code(shape: object) -> str:
    error = getattr(shape, "metadata", {}).get("error", {})
    return str(error.get("code") or getattr(shape, "name", ""))


def _status(shape: object, status: int) -> int:
    return int(getattr(shape, "metadata", {}).get("error", {}).get("httpStatusCode") or status)
