"""HTTP/1.1 on a socket: requests read within limits, answers written at once.

One idea: everything that a client can get wrong ends in an error of AWS's shape and a closed connection, and everything
that it can hold back is bounded: time, lines, bytes, connections. It knows neither operations nor accounts, and no TLS.
Source: RFC 9112; Amazon S3 API Reference, "Error responses".
"""

from __future__ import annotations

import contextlib
import http
import re
import select
import socket
import threading
import time
from collections.abc import Callable
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

from bastide.sandbox.faults.disturb import Disconnected
from bastide.sandbox.wire import AwsError, HttpRequest, HttpResponse, render_error

HOST = "127.0.0.1"
HEAD_BYTES = 64 * 1024  # request line and headers
BODY_BYTES = 256 * 1024 * 1024
LARGE_BYTES = 8 * 1024 * 1024  # bodies above are read and answered one at a time, so that memory is bounded
IDLE_SECONDS = 75.0  # a kept connection without a request
HEAD_SECONDS = 20.0  # from a request's first byte to the end of its headers
STALL_SECONDS = 30.0  # without any byte of a body
CONNECTIONS = 256
_REQUEST_LINE = re.compile(rb"([A-Z]{1,16}) (/\S*|https?://\S+|\*) HTTP/1\.([01])")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*", re.DOTALL)
_LARGE = threading.Lock()
Answer = Callable[[HttpRequest], HttpResponse]


class Closed(Exception):
    """The client is gone, or silent for too long."""


class Connection:
    """The bytes of one connection, with what was read ahead."""

    def __init__(self, client: socket.socket) -> None:
        self.client = client
        self._ahead = bytearray()

    def _more(self, seconds: float) -> None:
        if seconds <= 0:
            raise Closed
        self.client.settimeout(seconds)
        try:
            found = self.client.recv(65536)
        except OSError as gone:  # a timeout is one
            raise Closed from gone
        if not found:
            raise Closed
        self._ahead += found

    def head(self) -> bytes:
        """Request line and headers. Raises Closed, or AwsError when they are too long."""
        if not self._ahead:
            self._more(IDLE_SECONDS)
        until = time.monotonic() + HEAD_SECONDS
        while (end := self._ahead.find(b"\r\n\r\n")) < 0:
            if len(self._ahead) > HEAD_BYTES:
                break
            self._more(until - time.monotonic())
        if not 0 <= end <= HEAD_BYTES:
            raise AwsError("RequestHeaderSectionTooLarge", f"headers may have {HEAD_BYTES} bytes in all", 400)
        found = bytes(self._ahead[:end])
        del self._ahead[: end + 4]
        return found.lstrip(b"\r\n")

    def line(self, most: int = 1024) -> bytes:
        """A line without its end. Raises Closed, or AwsError when it is too long."""
        while (end := self._ahead.find(b"\r\n")) < 0:
            if len(self._ahead) > most:
                raise AwsError("InvalidRequest", "a chunk's size is too long", 400)
            self._more(STALL_SECONDS)
        found = bytes(self._ahead[:end])
        del self._ahead[: end + 2]
        return found

    def exactly(self, size: int) -> bytes:
        """So many bytes. Raises Closed."""
        if size <= len(self._ahead):
            found = bytes(self._ahead[:size])
            del self._ahead[:size]
            return found
        body = bytearray(size)
        view, at = memoryview(body), len(self._ahead)
        view[:at] = self._ahead
        self._ahead.clear()
        self.client.settimeout(STALL_SECONDS)
        while at < size:
            try:
                got = self.client.recv_into(view[at:])
            except OSError as gone:
                raise Closed from gone
            if not got:
                raise Closed
            at += got
        view.release()
        return bytes(body)

    def chunks(self) -> bytes:
        """A chunked body, decoded. Raises Closed, or AwsError when it is malformed or too long."""
        parts: list[bytes] = []
        total = 0
        while True:
            said = self.line().split(b";", 1)[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", said):
                raise AwsError("IncompleteBody", "the size of a chunk is not a number", 400)
            size = int(said, 16)
            total += size
            if total > BODY_BYTES:
                raise _too_large()
            if size == 0:
                while self.line(HEAD_BYTES):
                    pass
                return b"".join(parts)
            parts.append(self.exactly(size))
            if self.exactly(2) != b"\r\n":
                raise AwsError("IncompleteBody", "a chunk does not end where its size says", 400)


def read_request(connection: Connection) -> tuple[HttpRequest, bool]:
    """(request, whether the client keeps the connection). Raises Closed or AwsError."""
    method, target, kept, headers = parse_head(connection.head())
    named = {key.lower(): value for key, value in headers}
    if named.get("expect", "").lower() == "100-continue":
        connection.client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = _body(connection, headers, named)
    wish = named.get("connection", "").lower()
    keep = "close" not in wish if kept else "keep-alive" in wish
    plain = tuple(pair for pair in headers if pair[0].lower() != "transfer-encoding")
    url = target if target.startswith("http") else f"http://{named.get('host') or HOST}{target}"
    return HttpRequest(method, url, plain, body), keep


def parse_head(head: bytes) -> tuple[str, str, bool, tuple[tuple[str, str], ...]]:
    """(method, target, whether it is HTTP/1.1, headers as they are spelled). Raises AwsError."""
    first, *lines = head.split(b"\r\n")
    found = _REQUEST_LINE.fullmatch(first)
    if not found:
        raise AwsError("BadRequest", "this is no HTTP/1.1 request line", 400)
    headers = []
    for line in lines:
        header = _HEADER.fullmatch(line)
        if not header or b"\n" in line or b"\0" in line:
            raise AwsError("BadRequest", "a header is malformed", 400)
        headers.append((header[1].decode("latin1"), header[2].decode("latin1")))
    return found[1].decode(), found[2].decode("latin1"), found[3] == b"1", tuple(headers)


def _body(connection: Connection, headers: tuple[tuple[str, str], ...], named: dict[str, str]) -> bytes:
    encoding = named.get("transfer-encoding", "").lower()
    lengths = {value for key, value in headers if key.lower() == "content-length"}
    if encoding:
        if encoding != "chunked" or lengths:  # who counts otherwise than we do could smuggle a request
            raise AwsError("BadRequest", "Transfer-Encoding is chunked, and without Content-Length", 400)
        return connection.chunks()
    if not lengths:
        return b""
    length = lengths.pop()
    if lengths or not re.fullmatch(r"[0-9]{1,15}", length):
        raise AwsError("BadRequest", "Content-Length is one number", 400)
    if int(length) > BODY_BYTES:
        raise _too_large()
    return connection.exactly(int(length))


def _too_large() -> AwsError:
    return AwsError("EntityTooLarge", f"a request to the sandbox may have {BODY_BYTES} bytes", 400)


def render_response(response: HttpResponse, method: str, keep: bool) -> bytes:
    """The response on the wire; for HEAD without its body."""
    headers = {key: value for key, value in response.headers.items() if key.lower() not in _HOP_BY_HOP}
    said = next((value for key, value in response.headers.items() if key.lower() == "content-length"), "")
    body = b"" if method == "HEAD" or response.status in (204, 304) else response.body
    if response.status != 204:
        headers["Content-Length"] = said if method == "HEAD" and said else str(len(body))
    headers["Connection"] = "keep-alive" if keep else "close"
    lines = [f"HTTP/1.1 {response.status} {_reason(response.status)}"]
    # A value of the caller's own (S3 metadata) must not end its line.
    lines += [f"{key}: {_LINE_END.sub(' ', str(value))}" for key, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin1", "replace") + body


_HOP_BY_HOP = ("content-length", "connection", "transfer-encoding", "keep-alive")
_LINE_END = re.compile(r"[\r\n\0]+")


def _reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


class Server(ThreadingTCPServer):
    """A thread for each connection, on this machine's loopback only."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Answer) -> None:
        """Listen on the port, or on a free one for 0."""
        self.answer = answer
        self.places = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__((HOST, port), _Handler)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def handle_error(self, *_: Any) -> None:
        """Nothing: the handler has answered or closed."""


class _Handler(BaseRequestHandler):
    server: Server

    def handle(self) -> None:
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError):
            if not self.server.places.acquire(blocking=False):
                refusal = AwsError("ServiceUnavailable", f"{CONNECTIONS} connections are open already", 503)
                self.request.sendall(_refused(refusal))
                return
            try:
                self._serve(Connection(self.request))
            finally:
                self.server.places.release()

    def _serve(self, connection: Connection) -> None:
        while True:
            try:
                request, keep = read_request(connection)
            except Closed:
                return
            except AwsError as refusal:
                self.request.sendall(_refused(refusal))
                self._drain()
                return
            try:
                response = self._answer(request)
            except Disconnected as gone:
                self._hang(gone.seconds)
                return
            self.request.settimeout(STALL_SECONDS)
            self.request.sendall(render_response(response, request.method, keep))
            if not keep:
                return

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if len(request.body) <= LARGE_BYTES:
            return self.server.answer(request)
        with _LARGE:
            return self.server.answer(request)

    def _drain(self) -> None:
        """Let the client read why before a reset throws its answer away."""
        self.request.shutdown(socket.SHUT_WR)
        self.request.settimeout(0.5)
        until = time.monotonic() + 2
        while time.monotonic() < until and self.request.recv(65536):
            pass

    def _hang(self, seconds: float) -> None:
        """Say nothing until the client goes away, or the seconds are over."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([self.request], [], [], left)
            if ready and not self.request.recv(65536):
                return


def _refused(refusal: AwsError) -> bytes:
    return render_response(render_error(refusal, "rest-xml", "s3", "0" * 32), "GET", keep=False)
