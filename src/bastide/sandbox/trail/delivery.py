"""Delivery: log files about five minutes after their oldest record, digests every hour, into the trails' buckets.

One idea: a run is a function of the time, the record log up to an offset, and the number of its journal entry; nothing
else decides what is written and how it is called. Moments that were passed over (the clock was advanced) are run
through in order, each at its own time.
Source: AWS CloudTrail User Guide, "Getting and viewing your CloudTrail log files", "Validating CloudTrail log file
integrity".
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.trail import bucket
from bastide.sandbox.trail.digest import Digest, LogFile, Period, Signer, compress
from bastide.sandbox.trail.log import Line, RecordLog
from bastide.sandbox.trail.selectors import TrailView
from bastide.sandbox.wire import AwsError

log = logging.getLogger("bastide.sandbox")

DELAY, DIGEST_EVERY = timedelta(minutes=5), timedelta(hours=1)
# A log file holds at most so much uncompressed; all files that are being filled, so much together (bytes).
FILE_LIMIT, OPEN_LIMIT = 4 << 20, 32 << 20
# How many events one PutLogEvents takes; AWS's other limit (1 MB) is more than so many small records need.
LOG_EVENTS = 500
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

Serve = Callable[[str, str, dict[str, Any], str, str, str], dict[str, Any]]
Stream = tuple[str, str]  # account, Region


@dataclass
class Status:
    """What GetTrailStatus tells of a trail's deliveries; errors are S3's or KMS's codes."""

    delivered: datetime | None = None
    error: str = ""
    digest_delivered: datetime | None = None
    digest_error: str = ""
    notified: datetime | None = None
    logs_delivered: datetime | None = None
    logs_error: str = ""


@dataclass
class Chain:
    """The digests of a trail since it logs with validation; `closing` is when it stopped."""

    start: datetime
    closing: datetime | None = None
    previous: dict[Stream, Digest] = field(default_factory=dict)
    files: dict[Stream, list[LogFile]] = field(default_factory=dict)

    @property
    def end(self) -> datetime:
        """When the digest of the current period is due."""
        return self.closing or self.start + DIGEST_EVERY


@dataclass
class _Open:
    """A log file that is being filled."""

    records: list[bytes] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    size: int = 0


class Delivery:
    """What was delivered so far, and what waits."""

    def __init__(self, serve: Serve, records: RecordLog, signer: Signer) -> None:
        """Nothing delivered yet."""
        self._serve, self._log, self._signer = serve, records, signer
        self.views: dict[str, TrailView] = {}
        self.statuses: dict[str, Status] = {}
        self._chains: dict[str, Chain] = {}
        # Up to which offset the log is delivered, and for trails whose bucket refuses, from where on it is not.
        self._position = 0
        self._behind: dict[str, int] = {}
        self._oldest: datetime | None = None
        self._sequence = self._count = 0

    # ── what happens ────────────────────────────────────────────────────────────────────────────────────────────────

    def noted(self, at: datetime) -> None:
        """A record was made that some trail takes."""
        if self._oldest is None:
            self._oldest = at.replace(microsecond=0)

    def follow(self, trails: tuple[TrailView, ...], at: datetime) -> None:
        """Trails changed: start and close chains of digests."""
        validating = {trail.arn for trail in trails if trail.logging and trail.validated}
        self.views |= {trail.arn: trail for trail in trails}
        for arn in sorted(validating - set(self._chains)):
            self._chains[arn] = Chain(at.replace(microsecond=0))
        for arn, chain in self._chains.items():
            if arn not in validating and chain.closing is None:
                chain.closing = max(at.replace(microsecond=0), chain.start)

    def resume(self) -> None:
        """After a replay: the oldest record that waits."""
        self._oldest = self._oldest_of(self._log.size)

    def _oldest_of(self, upto: int) -> datetime | None:
        """When the oldest record that waits was made; read from the log, so that a replay sees the same."""
        waiting = (line for line in self._log.read(self._position, upto) if line.trails)
        first = next(waiting, None)
        return None if first is None else datetime.fromisoformat(first.at)

    def is_due(self, now: datetime) -> bool:
        """Whether something should have been delivered by now."""
        moment = self._next()
        return moment is not None and moment <= now

    def skip(self, now: datetime) -> None:
        """Give up what is due: after a crash the same run would only crash again."""
        self._oldest = None
        for chain in self._chains.values():
            if chain.closing is None and chain.end <= now:
                chain.start = now.replace(microsecond=0)
        self._chains = {arn: chain for arn, chain in self._chains.items() if chain.closing is None}

    def _next(self) -> datetime | None:
        moments = [chain.end for chain in self._chains.values()]
        if self._oldest is not None:
            moments.append(self._oldest + DELAY)
        return min(moments, default=None)

    # ── a run ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def run(self, now: datetime, upto: int, sequence: int, *, forced: bool = False) -> None:
        """Deliver all that is due by `now` of the log's first `upto` bytes."""
        self._sequence, self._count = sequence, 0
        self._oldest = self._oldest_of(upto)
        while (at := self._next()) is not None and at <= now:
            closed = [chain for chain in self._chains.values() if chain.closing is not None]
            if self._oldest is not None and (closed or self._oldest + DELAY <= at):
                self._deliver(at, upto)
            self._digest(at)
        if forced:
            self._deliver(now, upto)

    def _deliver(self, at: datetime, upto: int) -> None:
        """One log file (or several) for each trail, account and Region that has records waiting."""
        self._oldest = None
        refusing = {arn: why for arn, view in self.views.items() if (why := bucket.refusal(view))}
        start, self._position = self._position, max(upto, self._position)
        for arn, why in refusing.items():
            self._behind.setdefault(arn, start)
            self._status(arn).error = why
        back = {arn: offset for arn, offset in self._behind.items() if arn not in refusing}
        for arn in back:
            del self._behind[arn]
        if back:
            start, again = min(back.values()), start
            self._fill(self._log.read(start, again), at, lambda arn: arn in back)
            start = again
        self._fill(self._log.read(start, upto), at, lambda arn: arn not in refusing)

    def _fill(self, lines: Any, at: datetime, wanted: Callable[[str], bool]) -> None:
        open_files: dict[tuple[str, Stream], _Open] = {}
        held = 0
        for line in lines:
            for arn in line.trails:
                if not wanted(arn):
                    continue
                key = (arn, (line.account, line.region))
                file = open_files.setdefault(key, _Open())
                held += _add(file, line)
                if file.size >= FILE_LIMIT:
                    held -= file.size
                    self._write(arn, key[1], open_files.pop(key), at)
            if held >= OPEN_LIMIT:
                self._write_all(open_files, at)
                held = 0
        self._write_all(open_files, at)

    def _write_all(self, open_files: dict[tuple[str, Stream], _Open], at: datetime) -> None:
        for (arn, stream), file in sorted(open_files.items(), key=lambda pair: pair[0]):
            self._write(arn, stream, file, at)
        open_files.clear()

    def _write(self, arn: str, stream: Stream, file: _Open, at: datetime) -> None:
        view = self.views.get(arn)
        if view is None:
            return
        self._count += 1
        content = b'{"Records":[' + b",".join(file.records) + b"]}"
        account, region = stream
        name = f"{account}_CloudTrail_{region}_{at:%Y%m%dT%H%MZ}_{_suffix(f'{self._sequence}/{self._count}')}.json.gz"
        key = f"{bucket.folder(view, account, 'CloudTrail', region, at)}/{name}"
        status = self._status(arn)
        status.error = self._put(view, key, compress(content), {}, at)
        if status.error:
            return
        status.delivered = at
        made = LogFile(view.bucket, key, hashlib.sha256(content).hexdigest(), min(file.times), max(file.times))
        chain = self._chains.get(arn)
        if chain is not None:
            chain.files.setdefault(stream, []).append(made)
        self._notify(view, key, at)
        if view.log_group_arn:
            status.logs_error = self._copy_to_logs(view, stream, file)
            status.logs_delivered = at if not status.logs_error else status.logs_delivered

    def _copy_to_logs(self, view: TrailView, stream: Stream, file: _Open) -> str:
        """The records as events of the trail's log group; the error code, or nothing."""
        _, _, _, region, account, _, group = view.log_group_arn.removesuffix(":*").split(":", 6)
        name = {"logGroupName": group, "logStreamName": f"{stream[0]}_CloudTrail_{stream[1]}"}
        stamps = [int(datetime.fromisoformat(at).timestamp() * 1000) for at in file.times]
        rows = [{"timestamp": at, "message": text.decode()} for at, text in zip(stamps, file.records, strict=True)]
        try:
            known = {"logGroupName": group, "logStreamNamePrefix": name["logStreamName"]}
            if not self._serve("logs", "DescribeLogStreams", known, account, region, bucket.SERVICE)["logStreams"]:
                self._serve("logs", "CreateLogStream", name, account, region, bucket.SERVICE)
            for start in range(0, len(rows), LOG_EVENTS):
                params = name | {"logEvents": rows[start : start + LOG_EVENTS]}
                self._serve("logs", "PutLogEvents", params, account, region, bucket.SERVICE)
        except AwsError as refused:
            return refused.code
        return ""

    def _notify(self, view: TrailView, key: str, at: datetime) -> None:
        if not view.topic_arn:
            return
        message = json.dumps({"s3Bucket": view.bucket, "s3ObjectKey": [key]})
        parts = view.topic_arn.split(":")
        try:
            self._serve(
                "sns", "Publish", {"TopicArn": view.topic_arn, "Message": message}, parts[4], parts[3], bucket.SERVICE
            )
        except AwsError as refused:
            log.info("cloudtrail: %s does not take notifications: %s", view.topic_arn, refused)
        else:
            self._status(view.arn).notified = at

    # ── digests ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _digest(self, at: datetime) -> None:
        """The digests of all chains whose period ends now."""
        for arn, chain in sorted(self._chains.items()):
            if chain.end > at:
                continue
            view, end = self.views[arn], chain.end
            # Regions where nothing ever happened get no digest: AWS writes empty ones there too.
            for stream in sorted({(view.account, view.region), *chain.previous, *chain.files}):
                self._write_digest(view, chain, stream, end)
            chain.start = end
            if chain.closing is not None:
                del self._chains[arn]

    def _write_digest(self, view: TrailView, chain: Chain, stream: Stream, end: datetime) -> None:
        account, region = stream
        name = f"{account}_CloudTrail-Digest_{region}_{view.name}_{view.region}_{end:%Y%m%dT%H%M%SZ}.json.gz"
        key = f"{bucket.folder(view, account, 'CloudTrail-Digest', region, end)}/{name}"
        period = Period(account, chain.start, end, view.bucket, key)
        made = self._signer.digest(period, chain.files.get(stream, []), chain.previous.get(stream))
        status = self._status(view.arn)
        metadata = {"signature": made.signature, "signature-algorithm": "SHA256withRSA"}
        status.digest_error = bucket.refusal(view) or self._put(view, key, made.body, metadata, end)
        if not status.digest_error:
            status.digest_delivered = end
            chain.previous[stream] = made
            chain.files.pop(stream, None)

    def _put(self, view: TrailView, key: str, body: bytes, metadata: dict[str, str], at: datetime) -> str:
        """Store an object at a time of its own; the error code, or nothing."""
        moto.seed(f"cloudtrail/{self._sequence}/{key}", at)
        return bucket.put(view, key, body, metadata)

    def _status(self, arn: str) -> Status:
        return self.statuses.setdefault(arn, Status())


def _add(file: _Open, line: Line) -> int:
    record = bytes(line.record)
    file.records.append(record)
    file.times.append(line.at)
    file.size += len(record)
    return len(record)


def _suffix(seed: str) -> str:
    """Sixteen letters and digits that no other file of this sandbox has."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], "big")
    return "".join(_ALPHABET[number // len(_ALPHABET) ** place % len(_ALPHABET)] for place in range(16))
