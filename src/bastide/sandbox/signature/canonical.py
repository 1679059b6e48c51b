"""What a signature is made of: the canonical request, the string to sign, and the key derived from a secret.

One idea: everything is computed from the request as it came. A client may have spelled it otherwise than it is sent (a
plus sign, letters beyond ASCII), so the few spellings of one and the same request are tried in order, the likeliest
first: a request that is signed as it should be takes one.
Source: IAM User Guide, "Create a signed AWS API request"; Amazon S3 API Reference, "Signature Calculations for the
Authorization Header" (S3 encodes the path once and does not normalize it).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, unquote_to_bytes, urlsplit

from bastide.sandbox.wire import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
NOTHING = sha256(b"").hexdigest()
# Signing names that are S3's: the path is encoded once, the body's hash is a header.
S3_NAMES = frozenset({"s3", "s3express", "s3-outposts", "s3-object-lambda"})
_PLAIN = re.compile(r"[A-Za-z0-9/\-_.~]*")
_SAFE = "-_.~"
_TOKEN = "X-Amz-Security-Token"
_KEYS = 4096  # derived keys that are remembered: one for each secret, day, Region and service


@dataclass(frozen=True, slots=True)
class Key:
    """A key for one day, Region and service, and the lines that every string to sign repeats."""

    key: bytes
    time: str
    scope: str

    def sign(self, *lines: str, kind: str = ALGORITHM) -> str:
        """The signature (64 hexadecimal digits) of a string to sign of this kind, time and scope that ends so."""
        text = "\n".join((kind, self.time, self.scope, *lines))
        return hmac.digest(self.key, text.encode(), "sha256").hex()


@lru_cache(_KEYS)
def derive(secret: str, date: str, region: str, service: str) -> bytes:
    """The signing key of a secret. Source: IAM User Guide, "Create a signed AWS API request", step 4."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


class Parts:
    """A request taken apart for signing."""

    def __init__(self, request: HttpRequest) -> None:
        """Of the request as it came over the wire."""
        self.request = request
        self.url = urlsplit(request.url)
        self.path, self.query = self.url.path or "/", self.url.query
        # Header values by lower-case name, several joined as they came; `host` also where the transport has no header.
        self.values: dict[str, str] = {}
        for name, value in request.headers:
            key, text = name.lower(), " ".join(value.split()) if " " in value or "\t" in value else value
            self.values[key] = f"{self.values[key]},{text}" if key in self.values else text
        if "host" not in self.values:
            self.values["host"] = self._host()

    def _host(self) -> str:
        host, port = self.url.hostname or "", self.url.port
        host = f"[{host}]" if ":" in host else host
        return host if port in (None, {"http": 80, "https": 443}.get(self.url.scheme)) else f"{host}:{port}"

    def header_lines(self, names: tuple[str, ...]) -> str:
        """`name:value` lines; a header that is signed and did not arrive has an empty value."""
        return "".join([f"{name}:{self.values.get(name, '')}\n" for name in names])

    def paths(self, once: bool) -> Iterator[str]:
        """The canonical URI: for S3 (`once`) decoded and encoded, else normalized and encoded over what it is."""
        if once:
            plain = self.path if _PLAIN.fullmatch(self.path) else quote(unquote_to_bytes(_raw(self.path)), "/" + _SAFE)
            yield plain
            if plain != self.path:  # a slash that was encoded, or letters that need not be
                yield self.path
            return
        normal = normalize(self.path)
        yield normal if _PLAIN.fullmatch(normal) else quote(_raw(normal), "/" + _SAFE)
        if normal != self.path:  # a client that was told not to normalize
            yield quote(_raw(self.path), "/" + _SAFE)

    def queries(self, without: str = "") -> Iterator[str]:
        """The canonical query string; `without` is a parameter that is left out."""
        if not self.query:
            yield ""
            return
        pairs = [part.partition("=")[::2] for part in self.query.split("&") if part]
        pairs = [pair for pair in pairs if pair[0] != without]
        yield _joined([(_encoded(name), _encoded(value)) for name, value in pairs])
        if "+" in self.query:  # which some clients send for a space
            yield _joined([(_encoded(_spaced(name)), _encoded(_spaced(value))) for name, value in pairs])
        yield _joined(pairs)
        if without and any(name == _TOKEN for name, _ in pairs):  # some clients add it once they have signed
            yield _joined([(_encoded(name), _encoded(value)) for name, value in pairs if name != _TOKEN])

    def canonical(self, names: tuple[str, ...], payload: str, once: bool, without: str = "") -> Iterator[bytes]:
        """The canonical requests that the client may have signed, the likeliest first."""
        tail = f"{self.header_lines(names)}\n{';'.join(names)}\n{payload}"
        for path in self.paths(once):
            for query in self.queries(without):
                text = f"{self.request.method}\n{path}\n{query}\n{tail}"
                yield _raw(text)
                if not text.isascii():
                    yield text.encode()


def normalize(path: str) -> str:
    """A path without `.`, `..` and doubled slashes. Source: RFC 3986, 5.2.4, and IAM User Guide, "Canonical URI"."""
    if "/." not in path and "//" not in path:
        return path
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    return "/" + "/".join(kept) + ("/" if kept and path.endswith("/") else "")


def _raw(text: str) -> bytes:
    """The bytes of the wire: the server reads a head as Latin-1."""
    try:
        return text.encode("latin1")
    except UnicodeEncodeError:  # in process, where nothing was on a wire
        return text.encode()


def _encoded(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and "/" not in text else quote(unquote_to_bytes(_raw(text)), _SAFE)


def _spaced(text: str) -> str:
    return text.replace("+", "%20")


def _joined(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))
