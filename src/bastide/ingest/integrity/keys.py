"""Public keys of digests: from a file or from the service, found by fingerprint.

One idea: a signature is only as good as the key's origin, so keys are never taken from beside the logs; they are named
by who verifies, or come from CloudTrail itself.
Source: AWS CloudTrail API Reference, ListPublicKeys.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bastide.errors import InputError

ALWAYS, FOREVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_PEM = b"-----BEGIN"
_FIX = "give the answer of `aws cloudtrail list-public-keys`, a PEM or a DER file"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key as it is handed around: DER (PKCS#1 or SubjectPublicKeyInfo), and when it was in use."""

    fingerprint: str
    der: bytes
    since: datetime = ALWAYS
    until: datetime = FOREVER


class Keys:
    """The keys at hand."""

    def __init__(self, keys: Iterable[PublicKey]) -> None:
        """Raises InputError when one is no RSA key."""
        self.known = {key.fingerprint: key for key in keys}
        self._loaded = {name: _load(key.der) for name, key in self.known.items()}

    def verify(self, fingerprint: str, signature: str, text: bytes) -> bool:
        """Whether the hexadecimal signature over the text holds. Raises KeyError for an unknown fingerprint."""
        key = self._loaded[fingerprint]
        try:
            key.verify(bytes.fromhex(signature), text, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def in_use(self, at: datetime) -> set[str]:
        """The fingerprints of the keys that could have signed at that time."""
        return {name for name, key in self.known.items() if key.since <= at <= key.until}


def _load(der: bytes) -> rsa.RSAPublicKey:
    # OpenSSL reads both forms, PKCS#1 and SubjectPublicKeyInfo.
    try:
        found = serialization.load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as wrong:
        raise InputError(f"a public key is neither PKCS#1 nor SubjectPublicKeyInfo: {wrong}", fix=_FIX) from wrong
    if not isinstance(found, rsa.RSAPublicKey):
        raise InputError("a public key is not an RSA key", fix=_FIX)
    return found


def read_keys(path: Path) -> list[PublicKey]:
    """The keys of a file: ListPublicKeys' answer, PEM (one or several), or DER. Raises InputError."""
    try:
        data = path.read_bytes()
    except OSError as wrong:
        raise InputError(f"the keys cannot be read: {wrong.strerror}", str(path), _FIX) from wrong
    try:
        if data.lstrip()[:1] in (b"{", b"["):
            return parse_keys(json.loads(data))
        if _PEM in data:
            return [_unnamed(_pem_to_der(part)) for part in data.split(_PEM)[1:]]
        return [_unnamed(data)]
    except (ValueError, KeyError, TypeError, binascii.Error) as wrong:
        raise InputError(f"that file holds no public keys: {wrong}", str(path), _FIX) from wrong


def parse_keys(answer: Any) -> list[PublicKey]:
    """The keys of ListPublicKeys' answer, or of a list of its rows. Raises KeyError, TypeError or ValueError."""
    rows = answer["PublicKeyList"] if isinstance(answer, dict) else answer
    return [
        PublicKey(
            row["Fingerprint"],
            row["Value"] if isinstance(row["Value"], bytes) else base64.b64decode(row["Value"], validate=True),
            _moment(row.get("ValidityStartTime"), ALWAYS),
            _moment(row.get("ValidityEndTime"), FOREVER),
        )
        for row in rows
    ]


def _moment(value: Any, default: Any) -> datetime:
    """A time as the API, the CLI or JSON of either gives it."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return datetime.fromisoformat(value) if value else default


def _pem_to_der(part: bytes) -> bytes:
    key = serialization.load_pem_public_key(_PEM + part)
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _unnamed(der: bytes) -> PublicKey:
    """A key whose fingerprint nobody says: the MD5 of its PKCS#1 form, as CloudTrail names keys."""
    pkcs1 = _load(der).public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    return PublicKey(hashlib.md5(pkcs1, usedforsecurity=False).hexdigest(), der)
