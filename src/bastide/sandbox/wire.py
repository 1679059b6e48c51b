"""What goes over the wire: a request, a response, and a refusal in the shape that its protocol asks for.

One idea: the front works on plain values; the two transports (a botocore hook, an HTTP server) only fill them in.
It does not know moto, accounts or services.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request. Header names keep their spelling (S3 metadata keys need it); look them up with `header`."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    # In process, instead of a signature: the caller's secret key, which goes no further than its verification.
    secret: str = field(default="", repr=False, compare=False)

    def header(self, name: str) -> str:
        """The header's value whatever its spelling, or an empty string."""
        return self.by_name.get(name.lower(), "")

    @cached_property
    def by_name(self) -> dict[str, str]:
        """Headers by their names in lower case; of several of one name the first."""
        return {key.lower(): value for key, value in reversed(self.headers)}


@dataclass(frozen=True)
class HttpResponse:
    """One HTTP response. `payload` may hold the parsed answer of a shim, so that nobody needs to parse it again."""

    status: int
    headers: dict[str, str]
    body: bytes
    payload: dict[str, object] | None = field(default=None, compare=False)
    # The refusal that the response says, when it was ours.
    error: AwsError | None = field(default=None, compare=False)


class AwsError(Exception):
    """A refusal as AWS words it: `code`, `message`, HTTP `status`."""

    def __init__(self, code: str, message: str, status: int = 400, **members: object) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members


class RefusedByEngine(Exception):
    """moto refused a forwarded request; its answer goes to the caller as it is."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(response.body[:300].decode("utf-8", "replace"))
        self.response = response


def render_error(error: AwsError, protocol: str, service: str, request_id: str) -> HttpResponse:
    """The error as botocore parses it for this protocol. Source: Smithy, AWS protocols, "error serialization"."""
    headers = {"x-amzn-requestid": request_id, "x-amz-request-id": request_id}
    if protocol in ("json", "rest-json"):
        headers |= {"content-type": "application/x-amz-json-1.1", "x-amzn-errortype": error.code}
        body = json.dumps({"__type": error.code, "message": error.message, **error.members})
    else:
        headers["content-type"] = "text/xml"
        body = _xml_error(error, protocol, service, request_id)
    return HttpResponse(error.status, headers, body.encode(), error=error)


def _xml_error(error: AwsError, protocol: str, service: str, request_id: str) -> str:
    inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>"
    inner += "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in error.members.items())
    if service == "s3":
        return f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
    if protocol == "ec2":
        return f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
    kind = "Sender" if error.status < 500 else "Receiver"
    return (
        f"<ErrorResponse><Error><Type>{kind}</Type>{inner}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
