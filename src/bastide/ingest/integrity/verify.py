"""Verification of everything in some places: listed, grouped by account and Region, verified side by side.

One idea: an account and Region is verified alone, so that threads (processes for a large folder) share the work, and
memory holds the names of files, never many contents.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from multiprocessing import get_context

from bastide.errors import InputError
from bastide.ingest.integrity.digest import DigestName, parse_digest_name, parse_log_name
from bastide.ingest.integrity.finding import Finding, Report, in_order
from bastide.ingest.integrity.keys import PublicKey
from bastide.ingest.integrity.place import FolderPlace, Place
from bastide.ingest.integrity.stream import Job, Lying, Trail, split, verify_stream
from bastide.ingest.source import Filter

_DAY = timedelta(days=1)
_THREADS = 16
_WORTH_PROCESSES = 20_000  # files: with fewer, threads are done before processes have started
_DELIVERY = timedelta(hours=2)  # within which a digest is delivered after its end


@dataclass(frozen=True, slots=True)
class Asked:
    """What to verify: nothing given is everything; `until` is excluded, and digests after `now` are not awaited."""

    since: datetime | None = None
    until: datetime | None = None
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    now: datetime | None = None

    @property
    def filter(self) -> Filter:
        """What to list: a digest of the first hours lies in the day before, and log files arrive late."""
        since = self.since.date() - _DAY if self.since else None
        until: date | None = self.until.date() + _DAY if self.until else None
        return Filter(self.accounts, self.regions, since, until)

    def takes(self, account: str, region: str) -> bool:
        """Whether an account and Region are asked about."""
        return (not self.accounts or account in self.accounts) and (not self.regions or region in self.regions)


@dataclass(slots=True)
class Survey:
    """What lies in one place, by account and Region."""

    place: Place
    digests: dict[tuple[str, str], list[tuple[Lying, DigestName]]] = field(default_factory=dict)
    logs: dict[tuple[str, str], list[Lying]] = field(default_factory=dict)

    @property
    def trails(self) -> dict[Trail, list[DigestName]]:
        """The digests' names by trail."""
        found: dict[Trail, list[DigestName]] = {}
        for digests in self.digests.values():
            for _, name in digests:
                found.setdefault((name.trail, name.home), []).append(name)
        return found


def survey(place: Place, asked: Asked, noted: Callable[[int], None] = lambda _: None) -> Survey:
    """List a place; `noted` hears how many files were listed so far. Raises InputError or TargetError."""
    found = Survey(place)
    for number, (where, key) in enumerate(place.list(asked.filter), start=1):
        if number % 1000 == 0:
            noted(number)
        digest = parse_digest_name(where)
        if digest is not None:
            if asked.takes(digest.account, digest.region):
                group = found.digests.setdefault((digest.account, digest.region), [])
                group.append((Lying(where, key), digest))
            continue
        log = parse_log_name(where)
        if log is not None and asked.takes(log.account, log.region):
            found.logs.setdefault((log.account, log.region), []).append(Lying(where, key))
    return found


def verify(
    surveys: Sequence[Survey],
    keys: Iterable[PublicKey],
    asked: Asked,
    *,
    workers: int = 0,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Report:
    """What is found in all of them. `progress` hears how many accounts and Regions are done of all.

    Raises InputError when there is nothing to verify.
    """
    given = tuple(keys)
    jobs = [job for one in surveys for job in _jobs(one, given, asked)]
    if not any(job.digests or job.logs for job in jobs):
        raise InputError(
            "there are no digests and no log files of CloudTrail there",
            fix="name the trail's bucket or a copy of it; widen --since, --until, --account and --region",
        )
    report = Report()
    for one in surveys:
        report.findings += _without_digests(one)
    for number, part in enumerate(_reports(jobs, workers or len(os.sched_getaffinity(0))), start=1):
        report.add(part)
        progress(number, len(jobs))
    report.findings = in_order(report.findings)
    return report


def _jobs(one: Survey, keys: tuple[PublicKey, ...], asked: Asked) -> Iterator[Job]:
    last = {trail: max(name.end for name in names if not name.backfill) for trail, names in one.trails.items()
            if not all(name.backfill for name in names)}  # fmt: skip
    for account, region in sorted({*one.digests, *one.logs}):
        yield Job(
            account,
            region,
            _narrow(one.place, one.digests.get((account, region), [])),
            keys,
            tuple(one.digests.get((account, region), ())),
            tuple(one.logs.get((account, region), ())),
            asked.since,
            asked.until,
            last,
            asked.now and asked.now - _DELIVERY,
        )


def _narrow(place: Place, digests: list[tuple[Lying, DigestName]]) -> Place:
    """The place with the signatures that a job needs, since a job is sent to another process."""
    if not isinstance(place, FolderPlace) or not place.signatures:
        return place
    mine = {lying.key: place.signatures[lying.key] for lying, _ in digests if lying.key in place.signatures}
    return FolderPlace(place.root, place.alignments, mine)


def _without_digests(one: Survey) -> Iterator[Finding]:
    """Accounts and Regions whose digests are all gone: log files without one, while the account has them elsewhere."""
    wide = {trail for trail, names in one.trails.items() if any(name.region != name.home for name in names)}
    ends: dict[str, datetime] = {}  # the newest digest of each account
    for found in one.digests.values():
        for _, digest in found:
            if (digest.trail, digest.home) in wide:
                ends[digest.account] = max(digest.end, ends.get(digest.account, digest.end))
    for account, region in sorted(set(one.logs) - set(one.digests)):
        if account in ends:
            first = min(one.logs[account, region], key=lambda lying: lying.key)
            name = parse_log_name(first.where)
            # The first calls ever of an account in a Region have no digest before the hour is over.
            if name and name.at >= ends[account]:
                continue
            what = "all digests of the account and Region, though the trail has some for its others"
            yield Finding("digest-missing", what, first.where, name.at if name else None, account, region)


def _reports(jobs: Sequence[Job], workers: int) -> Iterator[Report]:
    size = sum(len(job.digests) + len(job.logs) for job in jobs)
    folders = all(isinstance(job.place, FolderPlace) for job in jobs)
    if folders and (workers <= 1 or len(jobs) == 1):
        yield from map(verify_stream, split(jobs))
        return
    # Inflating and hashing let other threads run; reading digests does not.
    with _pool(folders and size >= _WORTH_PROCESSES, min(workers if folders else _THREADS, len(jobs))) as pool:
        yield from pool.map(verify_stream, split(jobs))


def _pool(processes: bool, workers: int) -> Executor:
    if processes:
        return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    return ThreadPoolExecutor(workers)
