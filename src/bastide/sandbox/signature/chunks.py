"""Bodies that S3 clients stream in chunks (aws-chunked): unwrapped, each chunk's signature and the trailer checked.

One idea: one pass over the body; where the kind of stream is a signed one, each signature is over the one before, so
that no chunk can be changed, left out or moved. Trailing checksums are compared where Python computes them.
Source: Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple
Chunks", "… Including Trailing Headers", "Error responses" (IncompleteBody, BadDigest).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from bastide.sandbox.signature.canonical import ALGORITHM, NOTHING, Key
from bastide.sandbox.signature.refusals import Refusals
from bastide.sandbox.wire import AwsError, HttpRequest

SIGNED, SIGNED_TRAILER = f"STREAMING-{ALGORITHM}-PAYLOAD", f"STREAMING-{ALGORITHM}-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
STREAMS = frozenset({SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER})
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9a-f]*))?")
# Source: Amazon S3 User Guide, "Checking object integrity". CRC32C and CRC64NVME are not checked.
_CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "x-amz-checksum-crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "x-amz-checksum-sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "x-amz-checksum-sha256": lambda body: sha256(body).digest(),
}
# moto would unwrap the body a second time if it still saw that it was streamed.
_DROPPED = {
    "content-encoding", "content-length", "x-amz-decoded-content-length", "x-amz-trailer", "x-amz-content-sha256",
    "transfer-encoding",
}  # fmt: skip


def unwrap(request: HttpRequest, key: Key | None = None, seed: str = "") -> HttpRequest:
    """The request with its aws-chunked body unwrapped; as it is when its body is none.

    `seed` is the signature of its head. Without a `key` (unsigned, or signed otherwise) signatures of chunks are not
    looked at. Raises AwsError.
    """
    kind = request.header("x-amz-content-sha256")
    if not kind.startswith("STREAMING-") and "aws-chunked" not in request.header("content-encoding"):
        return request
    verifier = _Chain(key, seed) if key is not None and kind in (SIGNED, SIGNED_TRAILER) else None
    body, trailer = _read(request.body, verifier, trailing=kind.endswith("-TRAILER"))
    said = request.header("x-amz-decoded-content-length")
    if said and said != str(len(body)):
        raise _incomplete()
    _check(trailer, body)
    encoding = request.header("content-encoding")
    rest = ",".join(part.strip() for part in encoding.split(",") if part.strip() not in ("aws-chunked", ""))
    headers = [(name, value) for name, value in request.headers if name.lower() not in _DROPPED]
    headers += [("content-encoding", rest)] if rest else []
    return replace(request, headers=tuple(headers), body=body)


class _Chain:
    """The signatures of chunks, each over the one before."""

    def __init__(self, key: Key, seed: str) -> None:
        self._key, self._last = key, seed

    def check(self, data: bytes, signature: str) -> None:
        """Of the next chunk. Raises AwsError."""
        self._held(
            self._key.sign(self._last, NOTHING, sha256(data).hexdigest(), kind=f"{ALGORITHM}-PAYLOAD"), signature
        )

    def check_trailer(self, trailer: dict[str, str], signature: str) -> None:
        """Of the trailing headers. Raises AwsError."""
        lines = "".join(f"{name}:{value}\n" for name, value in sorted(trailer.items()))
        digest = sha256(lines.encode("latin1")).hexdigest()
        self._held(self._key.sign(self._last, digest, kind=f"{ALGORITHM}-TRAILER"), signature)

    def _held(self, wanted: str, signature: str) -> None:
        if not hmac.compare_digest(wanted.encode(), signature.encode()):
            raise Refusals("s3", "rest-xml").wrong(SignatureProvided=signature)
        self._last = wanted


def _read(body: bytes, chain: _Chain | None, *, trailing: bool) -> tuple[bytes, dict[str, str]]:
    """(the data, trailing headers). Raises AwsError."""
    out: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\r\n", at, at + 200)
        found = _SIZE.match(body, at, max(end, at))
        if end < 0 or found is None:
            raise _incomplete()
        size, start = int(found[1], 16), end + 2
        data = body[start : start + size]
        if len(data) < size or (size and body[start + size : start + size + 2] != b"\r\n"):
            raise _incomplete()
        if chain is not None:
            chain.check(data, (found[2] or b"").decode())
        if size == 0:
            return b"".join(out), _trailer(body[start:], chain, trailing=trailing)
        out.append(data)
        at = start + size + 2


def _trailer(rest: bytes, chain: _Chain | None, *, trailing: bool) -> dict[str, str]:
    lines = [line.strip() for line in rest.decode("latin1").replace("\r\n", "\n").split("\n")]
    pairs = [line.partition(":") for line in lines if line]
    trailer = {name.strip().lower(): value.strip() for name, _, value in pairs}
    signature = trailer.pop("x-amz-trailer-signature", "")
    if chain is not None and trailing:
        chain.check_trailer(trailer, signature)
    return trailer


def _check(trailer: dict[str, str], body: bytes) -> None:
    for name, said in trailer.items():
        compute = _CHECKSUMS.get(name)
        if compute is not None and base64.b64encode(compute(body)).decode() != said:
            kind = name.removeprefix("x-amz-checksum-").upper()
            raise AwsError("BadDigest", f"The {kind} you specified did not match the calculated checksum.", 400)


def _incomplete() -> AwsError:
    return AwsError("IncompleteBody", "The request body terminated unexpectedly", 400)
