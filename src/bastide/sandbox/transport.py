"""The in-process transport: botocore hooks that answer before anything is sent.

One idea: who hands the secret key over needs no signature, and no socket to be answered. ``before-call`` may
answer a serialized request; that is half of what a call costs botocore. What it does not take (streams, S3's rewriting
of hosts and statuses, what is not signed with version 4) goes on to ``before-send``, prepared and signed as for AWS. So
does everything while faults are asked for: only there does botocore try again what failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError
from botocore.httpchecksum import apply_request_checksum

from bastide.sandbox.faults.disturb import Disconnected
from bastide.sandbox.wire import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]
# Event and name of each hook; botocore takes a second one of the same name for the first.
CALL = ("before-call.*.*", "bastide-sandbox-call")
SIGN = ("before-sign.*.*", "bastide-sandbox-sign")
SEND = ("before-send.*.*", "bastide-sandbox")
SIGNATURES = ("v4", "s3v4")


class _Body(BytesIO):
    """What botocore expects of urllib3's response."""

    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:
        while chunk := self.read(amt):
            yield chunk


def attach(
    session: Any,
    answer: Answer,
    disturbed: Callable[[], bool] = lambda: False,
    presigned: Callable[[], None] = lambda: None,
) -> None:
    """Let `answer` give every response of the botocore session's clients, those made before included.

    `disturbed` says whether faults are asked for at the moment; `presigned` is told of every presigned URL.
    """
    parsers = session.get_component("response_parser_factory")

    def before_send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        try:
            return _received(request.url, answer(parse_request(request)))
        except Disconnected as gone:
            raise _lost(gone, request) from gone

    def before_call(model: Any, params: dict[str, Any], request_signer: Any, **_: Any) -> tuple[Any, Any] | None:
        scope = "" if disturbed() else _scope(model, params["context"], request_signer)
        if not scope or hasattr(params["body"], "read"):
            return None
        apply_request_checksum(params)
        response = _received(params["url"], answer(_unsigned(params, scope, request_signer)))
        return response, _parsed(parsers, model, response)

    def before_sign(signature_version: Any, **_: Any) -> None:
        if str(signature_version).endswith("query"):
            presigned()

    emitter = session.get_component("event_emitter")
    # Last, so that whoever changes a request or looks at it has done so.
    emitter.register_last(CALL[0], before_call, CALL[1])
    emitter.register_last(SIGN[0], before_sign, SIGN[1])
    emitter.register_first(SEND[0], before_send, SEND[1])


def detach(session: Any) -> None:
    """Undo `attach`."""
    for event, name in (CALL, SIGN, SEND):
        session.get_component("event_emitter").unregister(event, unique_id=name)


def parse_request(request: AWSPreparedRequest) -> HttpRequest:
    """The prepared request as plain values; file bodies are read to their end."""
    body = request.body
    if hasattr(body, "read"):
        # botocore's own wrapper takes quadratic time for a read of everything.
        body = b"".join(iter(partial(body.read, 1 << 20), b""))
    return _plain(request.method, request.url, request.headers, body)


def _plain(method: str, url: str, headers: Mapping[str, Any], body: Any) -> HttpRequest:
    if isinstance(body, str):
        body = body.encode()
    named = tuple((key, value.decode() if isinstance(value, bytes) else str(value)) for key, value in headers.items())
    return HttpRequest(method, url, named, bytes(body or b""))


def _scope(model: Any, context: Mapping[str, Any], signer: Any) -> str:
    """The credential scope that the request would be signed with; empty where it must go the long way."""
    streams = model.has_streaming_input or model.has_streaming_output or model.has_event_stream_output
    if streams or model.service_model.service_name == "s3":
        return ""
    if signer._choose_signer(model.name, "standard", context) not in SIGNATURES or signer._credentials is None:
        return ""
    signing = context.get("signing") or {}
    key = signer._credentials.get_frozen_credentials().access_key
    region, name = signing.get("region") or signer.region_name, signing.get("signing_name") or signer.signing_name
    return f"{key}/19700101/{region}/{name}/aws4_request"


def _unsigned(params: Mapping[str, Any], scope: str, signer: Any) -> HttpRequest:
    """The request as it would be sent, but for its signature: the secret that it would be made with stands for it."""
    body = params["body"]
    if isinstance(body, dict):
        body = urlencode(body, doseq=True)
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}"
    headers = {**params["headers"], "Authorization": authorization}
    keys = signer._credentials.get_frozen_credentials()
    if keys.token:
        headers["X-Amz-Security-Token"] = keys.token
    return replace(_plain(params["method"], params["url"], headers, body), secret=keys.secret_key)


def _lost(gone: Disconnected, request: AWSPreparedRequest) -> HTTPClientError:
    """What botocore raises when a connection gives no answer; nobody waits for a timeout in process."""
    if gone.seconds:
        return ReadTimeoutError(endpoint_url=request.url, error=gone)
    return ConnectionClosedError(endpoint_url=request.url, request=request, error=gone)


def _received(url: str, response: HttpResponse) -> AWSResponse:
    return AWSResponse(url, response.status, response.headers, _Body(response.body))


def _parsed(parsers: Any, model: Any, response: AWSResponse) -> dict[str, Any]:
    """What botocore's endpoint makes of a response."""
    parser = parsers.create_parser(model.service_model.resolved_protocol)
    message = {"headers": response.headers, "status_code": response.status_code, "body": response.content}
    message["context"] = {"operation_name": model.name}
    parsed: dict[str, Any] = parser.parse(message, model.output_shape)
    if response.status_code >= 300:
        shape = model.service_model.shape_for_error_code(parsed.get("Error", {}).get("Code") or "")
        parsed.update(parser.parse(message, shape) if shape is not None else {})
    parsed.setdefault("ResponseMetadata", {})["RetryAttempts"] = 0
    return parsed
