"""The HTTP transport: the sandbox on 127.0.0.1 for the AWS CLI, Terraform, or anybody's boto3.

`python -m bastide.sandbox.server --dir .bastide/sandbox --port 4577` runs in the foreground; `process` starts it in
the background. `GET /_sandbox` tells who is there and what time it is; `POST /_sandbox/reset`, `/clock`, `/deliver`
and `/faults` steer it. Other machines cannot reach it, nor can web pages steer it.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bastide.errors import BastideError, InputError
from bastide.sandbox.clock import Clock
from bastide.sandbox.faults import parse_rules, render_rules
from bastide.sandbox.http import Answer, Server
from bastide.sandbox.organization import Sandbox
from bastide.sandbox.process import read_faults
from bastide.sandbox.wire import HttpRequest, HttpResponse

# Whom a browser or a resolver believes to be this machine.
_LOCAL = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")


def application(sandbox: Sandbox) -> Answer:
    """What answers every request: the sandbox's own controls, and AWS."""

    def answer(request: HttpRequest) -> HttpResponse:
        path = urlsplit(request.url).path
        if _is_control(request, path):
            return _control(sandbox, request, path)
        return sandbox.answer(request)

    return answer


def _is_control(request: HttpRequest, path: str) -> bool:
    """Whether it is meant for the sandbox itself: unsigned, so that no object of S3 is called so."""
    signed = request.header("authorization") or "X-Amz-" in request.url
    return not signed and (path == "/_sandbox" or path.startswith("/_sandbox/"))


def _control(sandbox: Sandbox, request: HttpRequest, path: str) -> HttpResponse:
    # A web page that the user looks at may send requests here; browsers say where they come from.
    if request.header("origin") or not _LOCAL.fullmatch(request.header("host")):
        return _json(403, {"error": "the sandbox is steered from this machine's command line only"})
    status, problem = 200, {}
    try:
        if request.method == "POST":
            _steer(sandbox, path, request.body)
    except BastideError as refused:
        status, problem = 400, {"error": str(refused)}
    now = f"{sandbox.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    state = {"sandbox": "bastide", "pid": os.getpid(), "requests": sandbox.front.sequence, "time": now}
    state |= {"enforced": sandbox.front.enforced}
    state |= {"ahead_seconds": round(sandbox.clock.offset.total_seconds(), 3)}
    state |= {"faults": render_rules(sandbox.faults.rules)["rules"], "struck": dict(sandbox.faults.struck)}
    return _json(status, state | problem)


def _json(status: int, document: dict[str, Any]) -> HttpResponse:
    return HttpResponse(status, {"Content-Type": "application/json"}, json.dumps(document).encode())


def _steer(sandbox: Sandbox, path: str, body: bytes) -> None:
    """Empty it, drive its clock, let CloudTrail deliver, or put faults into force. Raises InputError."""
    if path == "/_sandbox/reset":
        sandbox.reset()
    elif path == "/_sandbox/deliver":
        sandbox.deliver()
    elif path == "/_sandbox/clock":
        drive(sandbox.clock, body)
    elif path == "/_sandbox/faults":
        try:
            rules = parse_rules(json.loads(body), "faults")
        except ValueError as broken:
            raise InputError(
                "the faults are not JSON", fix='{"rules": [{"fault": "throttle", "every": 3}]}'
            ) from broken
        sandbox.faults.set(rules)


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


def serve(directory: Path, port: int, ready: Callable[[int], None], *, enforce: bool = True) -> None:
    """Serve the sandbox of the directory until SIGTERM or SIGINT; `ready` is told the port. Raises BastideError."""
    sandbox = Sandbox(journal=directory / "journal.jsonl", faults=read_faults(directory), enforce=enforce)
    server = Server(port, application(sandbox))

    def stop(*_: Any) -> None:
        # shutdown() waits for the loop that this very thread runs.
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    ready(server.port)
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
    parser.add_argument("--bare", action="store_true", help="enforce no policies")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        with process.ownership(options.dir) as announce:
            serve(options.dir, options.port, announce, enforce=not options.bare)
    except BastideError as problem:
        logging.error("%s", problem)
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
