"""The signed digests of a generated trail: one an hour for each account and Region, chained, also when it is empty.

Source: AWS CloudTrail User Guide, "CloudTrail digest file structure", "Validating CloudTrail log file integrity".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from bastide.lake.generate.files import folder
from bastide.lake.generate.key import public_der, sign
from bastide.lake.generate.organization import Organization

_HOUR = timedelta(hours=1)
_OFFSET = timedelta(minutes=17, seconds=25)  # a trail's digests end when it was started, not at the full hour


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a digest says of a log file; `sha256` is of the uncompressed content."""

    key: str
    region: str
    sha256: str
    oldest: datetime
    newest: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest file before it is compressed, and the signature that S3 keeps as metadata (hexadecimal)."""

    key: str
    content: bytes
    signature: str


def chain(
    organization: Organization, account: str, region: str, files: Iterable[Delivered], start: datetime, end: datetime,
    key: rsa.RSAPrivateKey,
) -> Iterator[Digest]:  # fmt: skip
    """The digests of one account and Region, the last of which ends after `end`."""
    waiting = sorted(files, key=lambda file: (file.at, file.key))
    fingerprint = hashlib.md5(public_der(key), usedforsecurity=False).hexdigest()
    since, previous, at = start - _HOUR + _OFFSET, None, 0
    while since <= end:
        until = since + _HOUR
        upto = at
        while upto < len(waiting) and waiting[upto].at <= until:
            upto += 1
        previous = _digest(organization, account, region, (since, until), waiting[at:upto], previous, key, fingerprint)
        yield previous
        since, at = until, upto


def _digest(
    organization: Organization, account: str, region: str, period: tuple[datetime, datetime],
    files: list[Delivered], previous: Digest | None, key: rsa.RSAPrivateKey, fingerprint: str,
) -> Digest:  # fmt: skip
    end = period[1]
    place = folder(organization, account, "CloudTrail-Digest", region, end)
    name = f"{account}_CloudTrail-Digest_{region}_{organization.trail}_{organization.home}_{end:%Y%m%dT%H%M%SZ}.json.gz"
    stored = f"{place}/{name}"
    content: dict[str, Any] = {
        "awsAccountId": account,
        "digestStartTime": _stamp(period[0]),
        "digestEndTime": _stamp(end),
        "digestS3Bucket": organization.bucket,
        "digestS3Object": stored,
        "digestPublicKeyFingerprint": fingerprint,
        "digestSignatureAlgorithm": "SHA256withRSA",
        "newestEventTime": max((_stamp(file.newest) for file in files), default=None),
        "oldestEventTime": min((_stamp(file.oldest) for file in files), default=None),
        "previousDigestS3Bucket": organization.bucket if previous else None,
        "previousDigestS3Object": previous.key if previous else None,
        "previousDigestHashValue": hashlib.sha256(previous.content).hexdigest() if previous else None,
        "previousDigestHashAlgorithm": "SHA-256" if previous else None,
        "previousDigestSignature": previous.signature if previous else None,
        "logFiles": [
            {
                "s3Bucket": organization.bucket,
                "s3Object": file.key,
                "hashValue": file.sha256,
                "hashAlgorithm": "SHA-256",
                "newestEventTime": _stamp(file.newest),
                "oldestEventTime": _stamp(file.oldest),
            }
            for file in files
        ],
    }
    rendered = json.dumps(content, separators=(",", ":")).encode()
    before = previous.signature if previous else "null"
    text = f"{_stamp(end)}\n{organization.bucket}/{stored}\n{hashlib.sha256(rendered).hexdigest()}\n{before}"
    return Digest(stored, rendered, sign(key, text))


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
