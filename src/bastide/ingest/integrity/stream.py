"""One account and Region: every digest that lies there, of whichever trail, and every log file.

One idea: digests are walked in order and their log files hashed on the way; what log files then remain are in no
digest. Nothing but keys is held: one digest and one log file at a time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bastide.errors import TargetError
from bastide.ingest.integrity.chain import Chain, Link, Window
from bastide.ingest.integrity.digest import (
    HASH,
    HOUR,
    Digest,
    DigestName,
    LogEntry,
    UnreadableError,
    inflate_one,
    parse_digest,
    parse_digest_name,
    parse_log_name,
)
from bastide.ingest.integrity.finding import Finding, Report
from bastide.ingest.integrity.keys import Keys, PublicKey
from bastide.ingest.integrity.place import Metadata, Place

# A log file can be named some minutes before it is delivered, and so be in the digest of the next hour.
_LATE = timedelta(minutes=15)
Trail = tuple[str, str]  # name, home Region


@dataclass(frozen=True, slots=True)
class Lying:
    """A file: where it lies, and the key that this is."""

    where: str
    key: str


@dataclass(frozen=True, slots=True)
class Job:
    """What lies in one account and Region.

    `last`: when the last digest of each trail ends, anywhere. `due`: digests that ended by then are delivered.
    """

    account: str
    region: str
    place: Place
    keys: tuple[PublicKey, ...]
    digests: tuple[tuple[Lying, DigestName], ...]
    logs: tuple[Lying, ...]
    since: datetime | None
    until: datetime | None
    last: Mapping[Trail, datetime]
    due: datetime | None = None


@dataclass(slots=True)
class _Stream:
    job: Job
    keys: Keys
    report: Report = field(default_factory=Report)
    # Key → where it lies, of the log files that no digest has named yet; a key can lie at several places.
    unlisted: dict[str, list[str]] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    covered: list[tuple[datetime, datetime]] = field(default_factory=list)
    by_name: dict[str, list[str]] | None = None


def verify_stream(job: Job) -> Report:
    """What is found in one account and Region."""
    stream = _Stream(job, Keys(job.keys))
    stream.report.streams = 1
    for lying in job.logs:
        stream.unlisted.setdefault(lying.key, []).append(lying.where)
    here = {lying.key for lying, _ in job.digests}
    trails = sorted({(name.trail, name.home) for _, name in job.digests})
    for trail in trails:
        mine = [pair for pair in job.digests if (pair[1].trail, pair[1].home) == trail]
        for backfill in (False, True):
            part = sorted(
                (pair for pair in mine if pair[1].backfill is backfill), key=lambda pair: (pair[1].end, pair[0].key)
            )
            if part:
                _walk(stream, part, trail, here)
    _check_rest(stream)
    return stream.report


def _walk(stream: _Stream, digests: Sequence[tuple[Lying, DigestName]], trail: Trail, here: set[str]) -> None:
    """One trail's digests in order. Backfill digests stand for themselves: they come when they are needed."""
    job = stream.job
    backfill = digests[0][1].backfill
    due = min(filter(None, (job.until, job.due)), default=None) if job.until else None
    window = Window() if backfill else Window(job.since, due, job.last.get(trail))
    chain = Chain(stream.keys, window, stream.report, digests[0][1], hourly=not backfill)
    seen: set[str] = set()
    for lying, name in digests:
        digest = _read(stream, chain, lying, name)
        if digest is None or not _is_asked(job, digest):
            continue
        if digest.key in seen:
            chain.find("digest-copied", "it lies here a second time", lying.where, digest.start)
            continue
        if _is_elsewhere(stream, chain, lying, digest, here):
            continue
        seen.add(digest.key)
        link = Link(
            digest, parse_digest_name(digest.key) or name, lying.where, _metadata(job.place, chain, lying, digest)
        )
        chain.add(link)
        stream.report.digests += 1
        stream.covered.append((digest.start, digest.end))
        stream.report.since = min(filter(None, (stream.report.since, digest.start)))
        stream.report.until = max(filter(None, (stream.report.until, digest.end)))
        for entry in digest.content.logFiles:
            link.logs += _check_log(stream, chain, entry, digest)
    chain.close()


def _is_asked(job: Job, digest: Digest) -> bool:
    # A log file of the last minutes may be delivered, and so listed, in the hour after.
    return (job.since is None or digest.end > job.since) and (job.until is None or digest.start < job.until + HOUR)


def _read(stream: _Stream, chain: Chain, lying: Lying, name: DigestName) -> Digest | None:
    """The digest; None when it cannot be read, which is reported."""
    try:
        stored = _stored(stream.job.place, lying)
    except (OSError, TargetError) as wrong:
        chain.find("unread", str(wrong), lying.where, name.end)
        chain.spoil(lying.key, name.end)
        return None
    try:
        if stored is None:
            raise UnreadableError("it was there when listed and is gone")
        return parse_digest(stored)
    except UnreadableError as wrong:
        chain.find("digest-unreadable", str(wrong), lying.where, name.end)
        chain.spoil(lying.key, name.end)
        return None


def _stored(place: Place, lying: Lying) -> bytes | None:
    bucket = _bucket(lying)
    return place.read(bucket, lying.key if bucket else lying.where)


def _metadata(place: Place, chain: Chain, lying: Lying, digest: Digest) -> Metadata | None:
    try:
        return place.metadata(_bucket(lying), lying.key)
    except (OSError, TargetError) as wrong:
        chain.gather("unread", str(wrong), lying.where, digest.start)
        return None


def _bucket(lying: Lying) -> str:
    """The bucket that a file lies in; empty for a folder."""
    return lying.where.removeprefix("s3://").partition("/")[0] if lying.where.startswith("s3://") else ""


def _is_elsewhere(stream: _Stream, chain: Chain, lying: Lying, digest: Digest, here: set[str]) -> bool:
    """Whether it lies where it was not delivered while the delivered one is there: a copy, and no link of the chain."""
    recorded, bucket = digest.key, digest.content.digestS3Bucket
    if recorded == lying.key and stream.job.place.holds(bucket):
        return False
    original = f"s3://{bucket}/{recorded}"
    if recorded in here and recorded != lying.key and _is_same(stream.job.place, lying, recorded):
        chain.find("digest-copied", f"it is {original}, which is there", lying.where, digest.start)
        return True
    chain.find("digest-moved", f"it was delivered to {original}", lying.where, digest.start)
    return False


def _is_same(place: Place, lying: Lying, recorded: str) -> bool:
    """Whether what lies at the recorded key is the same digest."""
    try:
        original = place.read(_bucket(lying), recorded)
        return original is not None and original == _stored(place, lying)
    except (OSError, TargetError):
        return False


def _check_log(stream: _Stream, chain: Chain, entry: LogEntry, digest: Digest) -> int:
    """1 when the log file is as it was delivered, else 0 and a finding."""
    report = stream.report
    report.logs += 1
    stream.listed.add(entry.s3Object)
    where, *twins = stream.unlisted.pop(entry.s3Object, None) or [f"s3://{entry.s3Bucket}/{entry.s3Object}"]
    for twin in twins:
        chain.find("log-unlisted", "it lies here a second time", twin, digest.start)
    if entry.hashAlgorithm != HASH:
        chain.gather("algorithm-unknown", f"hashed with {entry.hashAlgorithm}", where, digest.start)
        return 0
    try:
        stored = stream.job.place.read(entry.s3Bucket, entry.s3Object)
    except (OSError, TargetError) as wrong:
        chain.find("unread", str(wrong), where, digest.start)
        return 0
    if stored is None:
        _report_absent(stream, chain, entry, digest)
        return 0
    try:
        plain = inflate_one(stored)
    except UnreadableError as wrong:
        chain.find("log-changed", str(wrong), where, digest.start)
        return 0
    report.raw += len(plain)
    if hashlib.sha256(plain).hexdigest() != entry.hashValue.lower():
        chain.find("log-changed", "its content has another hash", where, digest.start)
        return 0
    return 1


def _report_absent(stream: _Stream, chain: Chain, entry: LogEntry, digest: Digest) -> None:
    """A log file is not where it was delivered to: elsewhere, or nowhere."""
    if stream.by_name is None:
        stream.by_name = {}
        for key in stream.unlisted:
            stream.by_name.setdefault(key.rpartition("/")[2], []).append(key)
    elsewhere = [key for key in stream.by_name.get(entry.s3Object.rpartition("/")[2], ()) if key in stream.unlisted]
    original = f"s3://{entry.s3Bucket}/{entry.s3Object}"
    if elsewhere:
        where = stream.unlisted.pop(elsewhere[0])[0]
        chain.find("log-moved", f"it was delivered to {original}", where, digest.start)
    else:
        chain.find("log-missing", "it was delivered and is not there", original, digest.start)


def _check_rest(stream: _Stream) -> None:
    """Log files that no digest names."""
    job = stream.job
    periods = _merge(stream.covered)
    uncovered: list[tuple[datetime, str]] = []
    for key, places in sorted(stream.unlisted.items()):
        name = parse_log_name(key)
        if name is None or (job.since and name.at < job.since) or (job.until and name.at >= job.until):
            continue
        if any(start <= name.at and name.at + _LATE <= end for start, end in periods):
            stream.report.findings += [_unlisted(job, where, name.at) for where in places]
        else:
            uncovered += [(name.at, where) for where in places]
    if uncovered:
        since, where = min(uncovered)
        what = f"no digest of {'its' if len(uncovered) == 1 else 'their'} time is here"
        stream.report.findings.append(
            Finding("log-uncovered", what, where, since, job.account, job.region, count=len(uncovered))
        )


def _unlisted(job: Job, where: str, at: datetime) -> Finding:
    return Finding("log-unlisted", "no digest names it, nor does a backfill digest", where, at, job.account, job.region)


def _merge(periods: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The periods with those that touch made one."""
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(periods):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def split(jobs: Sequence[Job]) -> Iterator[Job]:
    """The jobs, the largest first, so that none is left alone at the end."""
    return iter(sorted(jobs, key=lambda job: -len(job.logs) - len(job.digests)))
