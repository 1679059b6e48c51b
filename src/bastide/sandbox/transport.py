"""The in-process transport: a botocore hook that answers before anything is sent.

One idea: `before-send` takes a prepared, signed request and may return the response; no socket is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from bastide.sandbox.wire import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


class _Body(BytesIO):
    """What botocore expects of urllib3's response."""

    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:
        while chunk := self.read(amt):
            yield chunk


def attach(session: Any, answer: Answer) -> None:
    """Let `answer` give every response of the botocore session's clients, those made before included."""

    def before_send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        response = answer(parse_request(request))
        return AWSResponse(request.url, response.status, response.headers, _Body(response.body))

    session.get_component("event_emitter").register_first("before-send.*.*", before_send, "bastide-sandbox")


def parse_request(request: AWSPreparedRequest) -> HttpRequest:
    """The prepared request as plain values; file bodies are read to their end."""
    body = request.body
    if hasattr(body, "read"):
        body = body.read()
    if isinstance(body, str):
        body = body.encode()
    headers = tuple(
        (key, value.decode() if isinstance(value, bytes) else str(value)) for key, value in request.headers.items()
    )
    return HttpRequest(request.method, request.url, headers, bytes(body or b""))
