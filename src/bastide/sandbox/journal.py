"""The journal: every request that changed the sandbox, in order, so that a restart replays the same organization.

One idea: the state is a pure function of this file (ids, keys and times come from the entry's number and time). A line
is in the file before its answer is given, so a killed process loses nothing; it reaches the disk a moment later, so a
power cut may lose the last calls: to wait for the disk at every call costs more than the call. Reads are not journaled.
The file holds what the callers sent, secrets included: it is readable by its owner only.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bastide.errors import InputError
from bastide.sandbox.resolve import Scope
from bastide.sandbox.wire import HttpRequest

if TYPE_CHECKING:
    from bastide.sandbox.call import Call

SYNC_SECONDS = 0.1  # the disk is waited for once in so long, by one call for all
LARGE_BYTES = 1 << 20  # a larger body has a file of its own beside the journal
SCHEMA = "bastide/sandbox-journal/1"
# The signature and token are worthless on replay and no business of a file.
_DROPPED = {"authorization", "x-amz-security-token", "user-agent", "amz-sdk-invocation-id", "amz-sdk-request"}
_READ = re.compile(
    r"(Describe|Get|List|Head|Search|Lookup|BatchGet|BatchDescribe|Select|Scan|Query|Test|Validate|Simulate|Check|Estimate|Decode)"
)
# Reads by name that change state, and writes by name that do not.
_CHANGES = {("sts", "GetSessionToken"), ("sts", "GetFederationToken"), ("ecr", "GetAuthorizationToken")}
_KEEPS = {("kms", name) for name in ("Encrypt", "Decrypt", "GenerateDataKey", "GenerateRandom", "ReEncrypt", "Verify")}


def changes_state(service: str, operation: str) -> bool:
    """Whether the operation must be journaled: everything whose name is not a read's."""
    key = (service, operation)
    return key in _CHANGES or not (_READ.match(operation) or key in _KEEPS)


@dataclass(frozen=True)
class Entry:
    """One request as it was performed: `at` is aware UTC, `status` the HTTP status that was answered."""

    sequence: int
    at: datetime
    scope: Scope
    request: HttpRequest
    status: int

    @classmethod
    def of(cls, call: Call, sequence: int, at: datetime, status: int) -> Entry:
        """The entry of a performed call."""
        headers = tuple((key, value) for key, value in call.request.headers if key.lower() not in _DROPPED)
        request = HttpRequest(call.request.method, call.request.url, headers, call.request.body)
        scope = Scope(call.principal.access_key, call.region, call.service)
        return cls(sequence, at, scope, request, status)


def render_entry(entry: Entry, *, file: str = "") -> str:
    """One line of JSON; the body in it, unless it has a `file` of its own."""
    request, scope = entry.request, entry.scope
    try:
        body: dict[str, str] = {"file": file} if file else {"text": request.body.decode("utf-8")}
    except UnicodeDecodeError:
        body = {"base64": base64.b64encode(request.body).decode()}
    return json.dumps(
        {
            "seq": entry.sequence,
            "at": entry.at.isoformat(),
            "scope": [scope.access_key, scope.region, scope.service],
            "request": [request.method, request.url, list(request.headers), body],
            "status": entry.status,
        },
        separators=(",", ":"),
    )


def parse_entry(line: str, bodies: Path | None = None) -> Entry:
    """The entry of a line; `bodies` is the folder of large ones.

    Raises ValueError, KeyError, TypeError or OSError on anything else.
    """
    row: dict[str, Any] = json.loads(line)
    method, url, headers, body = row["request"]
    if "file" in body and bodies is not None:
        raw = (bodies / Path(body["file"]).name).read_bytes()
        if hashlib.sha256(raw).hexdigest() != body["file"]:
            raise ValueError(f"the body {body['file']} has changed")
    else:
        raw = body["text"].encode() if "text" in body else base64.b64decode(body["base64"])
    request = HttpRequest(method, url, tuple((key, value) for key, value in headers), raw)
    return Entry(int(row["seq"]), datetime.fromisoformat(row["at"]), Scope(*row["scope"]), request, int(row["status"]))


class Journal:
    """An append-only file of entries under an exclusive lock."""

    def __init__(self, path: Path) -> None:
        """Open or make the file. Raises InputError when another sandbox has it open."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._bodies = path.with_suffix(".bodies")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(descriptor, "ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            self._file.close()
            raise InputError(
                "another process uses this sandbox's journal", str(path), "bastide sandbox stop, or another directory"
            ) from taken
        if path.stat().st_size == 0:
            self._write_header()
        self._written = self._synced = 0
        self._synced_at = 0.0  # monotonic
        self._disk = threading.Lock()

    def _write_header(self) -> None:
        self._file.write(json.dumps({"schema": SCHEMA}).encode() + b"\n")
        self._file.flush()

    def read(self) -> Iterator[Entry]:
        """The entries in order. A torn last line (a killed process) is cut off.

        Raises InputError when the schema is unknown or a line inside the file is broken.
        """
        lines = self.path.read_bytes().split(b"\n")
        torn = lines.pop()
        if torn:
            self._cut(len(torn))
        header = lines[0] if lines else b""
        if header != json.dumps({"schema": SCHEMA}).encode():
            raise self._broken(1, f"expected schema {SCHEMA}")
        for number, line in enumerate(lines[1:], start=2):
            try:
                yield parse_entry(line.decode(), self._bodies)
            except (ValueError, KeyError, TypeError, OSError) as wrong:
                raise self._broken(number, str(wrong)) from wrong

    def _cut(self, length: int) -> None:
        self._file.truncate(self.path.stat().st_size - length)

    def _broken(self, line: int, why: str) -> InputError:
        return InputError(
            f"the sandbox's journal cannot be read: {why}",
            f"{self.path}:{line}",
            "restore the line, or start over with `bastide sandbox reset`",
        )

    def append(self, entry: Entry) -> None:
        """Write the entry: safe against a kill of this process, and once synced against a crash of the machine."""
        file = self._keep(entry.request.body) if len(entry.request.body) > LARGE_BYTES else ""
        self._file.write(render_entry(entry, file=file).encode() + b"\n")
        self._file.flush()
        self._written = entry.sequence

    def _keep(self, body: bytes) -> str:
        """The name of the file that holds a large body, on disk before its line is."""
        digest = hashlib.sha256(body).hexdigest()
        file = self._bodies / digest
        if not file.exists():
            self._bodies.mkdir(mode=0o700, exist_ok=True)
            draft = file.with_suffix(".new")
            with draft.open("wb") as output:
                output.write(body)
                output.flush()
                os.fsync(output.fileno())
            draft.replace(file)
        return digest

    def sync(self, sequence: int) -> None:
        """See that entries up to this one reach the disk: wait for it, unless another call did so just now."""
        with self._disk:
            now = time.monotonic()
            if self._synced >= sequence or now - self._synced_at < SYNC_SECONDS:
                return
            reached = self._written
            os.fsync(self._file.fileno())
            self._synced, self._synced_at = reached, time.monotonic()

    def clear(self) -> None:
        """Forget every entry."""
        shutil.rmtree(self._bodies, ignore_errors=True)
        self._file.truncate(0)
        self._write_header()
        self._written = self._synced = 0

    def close(self) -> None:
        """Write out and close the file."""
        if not self._file.closed:
            self._file.flush()
            os.fsync(self._file.fileno())
        self._file.close()
