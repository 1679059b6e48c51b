"""The HTTP transport: the sandbox on 127.0.0.1 for the AWS CLI, Terraform, or anybody's boto3.

`python -m bastide.sandbox.server --dir .bastide/sandbox --port 4577` runs in the foreground; `process` starts it in
the background. `GET /_sandbox` tells who is there and what time it is; `POST /_sandbox/reset`, `/clock` and `/deliver`
steer it. Other machines cannot reach it.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from bastide.errors import BastideError, InputError
from bastide.sandbox.clock import Clock
from bastide.sandbox.organization import Sandbox
from bastide.sandbox.wire import HttpRequest

HOST = "127.0.0.1"
StartResponse = Callable[..., Any]


class QuietHandler(WSGIRequestHandler):
    """HTTP/1.1 with kept connections and no line per request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any) -> None:
        """Nothing: the sandbox logs what matters itself."""

    def make_environ(self) -> dict[str, Any]:
        """The WSGI environment, with the header names as they were sent (S3 metadata keys keep their underscores)."""
        environ = super().make_environ()
        environ["bastide.headers"] = tuple(self.headers.items())
        return environ


def application(sandbox: Sandbox) -> Callable[[dict[str, Any], StartResponse], Iterable[bytes]]:
    """The WSGI application of a sandbox."""

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/_sandbox"):
            return _control(sandbox, parse_request(environ), path, start_response)
        response = sandbox.answer(parse_request(environ))
        headers = {key: value for key, value in response.headers.items() if key.lower() != "content-length"}
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body
        length = response.headers.get("content-length", response.headers.get("Content-Length"))
        headers["Content-Length"] = str(length if environ["REQUEST_METHOD"] == "HEAD" and length else len(body))
        start_response(f"{response.status} .", list(headers.items()))
        return [body]

    return answer


def _control(sandbox: Sandbox, request: HttpRequest, path: str, start_response: StartResponse) -> Iterable[bytes]:
    status, problem = "200 OK", {}
    try:
        if request.method == "POST":
            _steer(sandbox, path, request.body)
    except BastideError as refused:
        status, problem = "400 Bad Request", {"error": str(refused)}
    now = f"{sandbox.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    state = {"sandbox": "bastide", "pid": os.getpid(), "requests": sandbox.front.sequence, "time": now}
    body = json.dumps(state | {"ahead_seconds": round(sandbox.clock.offset.total_seconds(), 3)} | problem).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _steer(sandbox: Sandbox, path: str, body: bytes) -> None:
    """Empty it, drive its clock, or let CloudTrail deliver. Raises InputError."""
    if path == "/_sandbox/reset":
        sandbox.reset()
    elif path == "/_sandbox/deliver":
        sandbox.deliver()
    elif path == "/_sandbox/clock":
        drive(sandbox.clock, body)


def drive(clock: Clock, body: bytes) -> None:
    """Do what a JSON object says: `{"set": time}`, `{"advance": duration}` or `{"real": true}`. Raises InputError."""
    try:
        wish = json.loads(body or b"{}")
    except ValueError as broken:
        raise InputError("the clock was not told anything readable", fix='{"advance": "7d"}') from broken
    if not isinstance(wish, dict) or len(wish) != 1:
        raise InputError("the clock takes one wish", fix='{"set": …}, {"advance": …} or {"real": true}')
    if "set" in wish:
        clock.set(str(wish["set"]))
    elif "advance" in wish:
        clock.advance(str(wish["advance"]))
    elif wish.get("real") is True:
        clock.real()
    else:
        raise InputError(f"the clock does not know {next(iter(wish))!r}", fix="set, advance or real")


def parse_request(environ: dict[str, Any]) -> HttpRequest:
    """The WSGI request as plain values; a chunked body is read to its end."""
    host = environ.get("HTTP_HOST", HOST)
    url = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ["PATH_INFO"]
    if not url.startswith("http"):
        url = f"http://{host}{url}"
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        body = stream.read()
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    headers = tuple(pair for pair in environ["bastide.headers"] if pair[0].lower() != "transfer-encoding")
    return HttpRequest(environ["REQUEST_METHOD"], url, headers, body)


def serve(directory: Path, port: int, ready: Callable[[int], None]) -> None:
    """Serve the sandbox of the directory until SIGTERM or SIGINT; `ready` is told the port. Raises BastideError."""
    sandbox = Sandbox(journal=directory / "journal.jsonl")
    server = make_server(HOST, port, application(sandbox), threaded=True, request_handler=QuietHandler)

    def stop(*_: Any) -> None:
        # shutdown() waits for the loop that this very thread runs.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    ready(server.server_port)
    try:
        server.serve_forever(poll_interval=0.05)
    finally:
        server.server_close()
        sandbox.close()


def main(arguments: list[str] | None = None) -> int:
    """The background process's entry point: 0 when stopped, 2 when the directory cannot be used."""
    from bastide.sandbox import process

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    try:
        with process.ownership(options.dir) as announce:
            serve(options.dir, options.port, announce)
    except BastideError as problem:
        logging.error("%s", problem)
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
