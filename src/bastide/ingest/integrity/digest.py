"""A digest file parsed, and what the names of digests and log files tell.

Source: AWS CloudTrail User Guide, "CloudTrail digest file structure", "CloudTrail log file name format".
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from zlib_ng import zlib_ng

HOUR = timedelta(hours=1)
ALGORITHM, HASH = "SHA256withRSA", "SHA-256"
_YEARS = range(2013, 2200)  # CloudTrail has been there since 2013
LIMIT = 512 << 20  # bytes: one file is never inflated further
_DIGEST = re.compile(
    r"(?P<account>\d{12})_CloudTrail-Digest_(?P<region>[a-z0-9-]+)_(?P<trail>[A-Za-z0-9._-]+)_(?P<home>[a-z0-9-]+)_"
    r"(?P<at>\d{8}T\d{6}Z)(?P<backfill>_backfill)?\.json\.gz"
)
_LOG = re.compile(r"(?P<account>\d{12})_CloudTrail_(?P<region>[a-z0-9-]+)_(?P<at>\d{8}T\d{4}Z)_[A-Za-z0-9]+\.json\.gz")


class UnreadableError(ValueError):
    """The file is no single gzip member, or not what it should be."""


@dataclass(frozen=True, slots=True)
class DigestName:
    """What a digest's name says. `end` is when its period ended; `trail` and `home` name the trail."""

    account: str
    region: str
    trail: str
    home: str
    end: datetime
    backfill: bool


@dataclass(frozen=True, slots=True)
class LogName:
    """What a log file's name says. `at` is the minute of its delivery."""

    account: str
    region: str
    at: datetime


class LogEntry(msgspec.Struct, frozen=True):
    """A log file as a digest lists it."""

    s3Bucket: str
    s3Object: str
    hashValue: str
    hashAlgorithm: str


class Content(msgspec.Struct, frozen=True):
    """A digest's own fields."""

    awsAccountId: str
    digestStartTime: datetime
    digestS3Bucket: str
    digestS3Object: str
    digestEndTime: str
    digestPublicKeyFingerprint: str
    digestSignatureAlgorithm: str
    previousDigestS3Bucket: str | None
    previousDigestS3Object: str | None
    previousDigestHashValue: str | None
    previousDigestHashAlgorithm: str | None
    previousDigestSignature: str | None
    logFiles: list[LogEntry]


_CONTENT = msgspec.json.Decoder(Content)


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest that was read: its fields, the SHA-256 of its uncompressed content, and its period."""

    content: Content
    sha256: str
    start: datetime
    end: datetime

    @property
    def key(self) -> str:
        """The key that it says it has."""
        return self.content.digestS3Object

    @property
    def signed_text(self) -> bytes:
        """What the signature is over.

        Source: AWS CloudTrail User Guide, "Custom implementations of CloudTrail log file integrity validation".
        """
        found = self.content
        before = found.previousDigestSignature or "null"
        place = f"{found.digestS3Bucket}/{found.digestS3Object}"
        return f"{found.digestEndTime}\n{place}\n{self.sha256}\n{before}".encode()


def parse_digest_name(key: str) -> DigestName | None:
    """What the last part of a key says; None when it is no digest's."""
    found = _DIGEST.fullmatch(key.rpartition("/")[2])
    if found is None:
        return None
    end = _time(found["at"])
    if end is None:
        return None
    return DigestName(found["account"], found["region"], found["trail"], found["home"], end, bool(found["backfill"]))


def parse_log_name(key: str) -> LogName | None:
    """What the last part of a key says; None when it is no log file of events (Insights have digests of their own)."""
    found = _LOG.fullmatch(key.rpartition("/")[2])
    at = _time(found["at"]) if found else None
    return LogName(found["account"], found["region"], at) if found and at else None


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)  # the basic form of ISO 8601, in UTC
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def parse_digest(stored: bytes) -> Digest:
    """The digest in a file as stored. Raises UnreadableError."""
    plain = inflate_one(stored)
    try:
        content = _CONTENT.decode(plain)
        end = datetime.fromisoformat(content.digestEndTime)
    except (msgspec.MsgspecError, ValueError, RecursionError) as wrong:
        raise UnreadableError(f"it is no digest: {wrong}") from wrong
    if any(at.tzinfo is None or at.year not in _YEARS for at in (content.digestStartTime, end)):
        raise UnreadableError("it is no digest: its times have no zone, or are no times of CloudTrail's")
    return Digest(content, hashlib.sha256(plain).hexdigest(), content.digestStartTime, end)


def inflate_one(stored: bytes) -> bytes:
    """The content of the one gzip member that a file is. Raises UnreadableError.

    Also when anything follows it: readers differ in what they make of that, so it could be read without being hashed.
    """
    inflater = zlib_ng.decompressobj(31)
    try:
        plain: bytes = inflater.decompress(stored, LIMIT + 1)
    except zlib_ng.error as wrong:  # type: ignore[misc]
        raise UnreadableError(f"the gzip data is corrupt: {wrong}") from wrong
    if len(plain) > LIMIT:
        raise UnreadableError(f"it is larger than {LIMIT >> 20} MiB")
    if not inflater.eof:
        raise UnreadableError("the gzip data is cut off")
    if inflater.unused_data:
        raise UnreadableError("there is data behind the end of the gzip data")
    return plain
