"""Digest files: the signed list of the log files of an hour, each chained to the one before.

One idea: PKCS#1 v1.5 signatures are a function of key and text, so a replay writes the same bytes.
Source: AWS CloudTrail User Guide, "CloudTrail digest file structure", "Custom implementations of CloudTrail log file
integrity validation".
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bastide.errors import InputError
from bastide.lake.merkle.key import write_private_key

ALGORITHM, HASH = "SHA256withRSA", "SHA-256"
# The sandbox never changes its key: it is good for any time that the clock may show.
VALID_FROM, VALID_TO = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class LogFile:
    """A delivered log file: `sha256` is of its uncompressed content; times as in the records."""

    bucket: str
    key: str
    sha256: str
    oldest: str
    newest: str


@dataclass(frozen=True)
class Digest:
    """A digest file: `body` is what is stored, `sha256` of the uncompressed content, `signature` hexadecimal."""

    bucket: str
    key: str
    body: bytes
    sha256: str
    signature: str


@dataclass(frozen=True)
class Period:
    """What a digest is about: an account and Region between two times."""

    account: str
    start: datetime
    end: datetime
    bucket: str
    key: str


class Signer:
    """The RSA key of a sandbox; made at first use and kept in a file when there is one."""

    def __init__(self, path: Path | None) -> None:
        """Nothing is read or made yet."""
        self._path = path

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        if self._path is None:
            return _shared_key()
        if not self._path.exists():
            write_private_key(self._path, _new_key())
        try:
            found = serialization.load_pem_private_key(self._path.read_bytes(), None)
        except ValueError as broken:
            raise InputError(
                f"the digests' key cannot be read: {broken}", str(self._path), "remove the file"
            ) from broken
        if not isinstance(found, rsa.RSAPrivateKey):
            raise InputError("the digests' key is not an RSA key", str(self._path), "remove the file")
        return found

    @cached_property
    def public_der(self) -> bytes:
        """The public key as ListPublicKeys gives it: DER, PKCS#1."""
        return self._key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)

    @cached_property
    def fingerprint(self) -> str:
        """The MD5 of the public key, hexadecimal: an identifier, no protection."""
        return hashlib.md5(self.public_der, usedforsecurity=False).hexdigest()

    def sign(self, text: str) -> str:
        """The signature of the text, hexadecimal."""
        return self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()

    def digest(self, period: Period, files: list[LogFile], previous: Digest | None) -> Digest:
        """The signed digest of a period; one without `previous` starts a chain."""
        content = msgspec.json.encode(self._content(period, files, previous))
        sha256 = hashlib.sha256(content).hexdigest()
        end = _stamp(period.end)
        before = previous.signature if previous is not None else "null"
        signature = self.sign(f"{end}\n{period.bucket}/{period.key}\n{sha256}\n{before}")
        return Digest(period.bucket, period.key, compress(content), sha256, signature)

    def _content(self, period: Period, files: list[LogFile], previous: Digest | None) -> dict[str, Any]:
        return {
            "awsAccountId": period.account,
            "digestStartTime": _stamp(period.start),
            "digestEndTime": _stamp(period.end),
            "digestS3Bucket": period.bucket,
            "digestS3Object": period.key,
            "digestPublicKeyFingerprint": self.fingerprint,
            "digestSignatureAlgorithm": ALGORITHM,
            "newestEventTime": max((file.newest for file in files), default=None),
            "oldestEventTime": min((file.oldest for file in files), default=None),
            "previousDigestS3Bucket": previous.bucket if previous else None,
            "previousDigestS3Object": previous.key if previous else None,
            "previousDigestHashValue": previous.sha256 if previous else None,
            "previousDigestHashAlgorithm": HASH if previous else None,
            "previousDigestSignature": previous.signature if previous else None,
            "logFiles": [
                {
                    "s3Bucket": file.bucket,
                    "s3Object": file.key,
                    "hashValue": file.sha256,
                    "hashAlgorithm": HASH,
                    "newestEventTime": file.newest,
                    "oldestEventTime": file.oldest,
                }
                for file in files
            ],
        }


def compress(content: bytes) -> bytes:
    """The content as gzip; the same bytes every time."""
    return gzip.compress(content, 6, mtime=0)


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _shared_key() -> rsa.RSAPrivateKey:
    """One key for all sandboxes of this process that leave nothing behind: making one takes 0.1 s."""
    return _new_key()
