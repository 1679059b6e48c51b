"""One chain of digests, walked from the oldest to the newest: signatures, links, and the hours between.

One idea: a digest is judged when its successor is there, which names its hash and its signature; so a digest without
metadata is proved by the one after it, and nothing but the last two are held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bastide.ingest.integrity.digest import ALGORITHM, HASH, HOUR, Digest, DigestName
from bastide.ingest.integrity.finding import Finding, Report
from bastide.ingest.integrity.keys import Keys
from bastide.ingest.integrity.place import Metadata

_ROUNDING = timedelta(minutes=30)
_MOST = 24 * 366  # missing digests that are named one by one in a row


@dataclass(frozen=True, slots=True)
class Window:
    """The time asked about. None: from the first digest, to the last that any of the trail's chains has (`last`)."""

    since: datetime | None = None
    until: datetime | None = None
    last: datetime | None = None


@dataclass(slots=True)
class Link:
    """A digest on its way through the chain. `where` it lies; `logs`: how many of its log files are as it says."""

    digest: Digest
    name: DigestName
    where: str
    metadata: Metadata | None
    logs: int = 0
    before: Link | None = None
    wrong_link: str = ""
    proved: bool = False
    changed: bool = False
    misnamed: bool = False


@dataclass(slots=True)
class Chain:
    """The digests of one trail in one account and Region."""

    keys: Keys
    window: Window
    report: Report
    name: DigestName
    hourly: bool = True
    previous: Link | None = None
    last_key: str = ""
    last_end: datetime | None = None
    spoilt: set[str] = field(default_factory=set)
    trusted: set[str] = field(default_factory=set)
    waiting: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def find(self, kind: str, what: str, where: str, since: datetime | None) -> None:
        """Report something about this chain."""
        name = self.name
        self.report.findings.append(Finding(kind, what, where, since, name.account, name.region, name.trail))

    def gather(self, kind: str, what: str, where: str, since: datetime | None, count: int = 1) -> None:
        """Report something that every digest of the chain may have, once and with its number."""
        name, known = self.name, self.waiting.get((kind, what))
        total = count + (known.count if known else 0)
        first = known or Finding(kind, what, where, since, name.account, name.region, name.trail)
        self.waiting[kind, what] = Finding(
            kind, what, first.where, first.since, name.account, name.region, name.trail, total
        )

    def spoil(self, key: str, end: datetime) -> None:
        """A digest that cannot be read stands here; it was reported."""
        if self.previous is not None:
            self._judge(self.previous, None)
        self.previous, self.last_key, self.last_end = None, key, end
        self.spoilt.add(key)

    def add(self, link: Link) -> None:
        """The next digest."""
        self._check_own(link)
        self._connect(link)
        self.previous, self.last_key, self.last_end = link, link.digest.key, link.digest.end

    def close(self) -> None:
        """There is no further digest."""
        if self.previous is not None:
            self._judge(self.previous, None)
        self._check_end()
        self.report.findings += self.waiting.values()

    def _check_own(self, link: Link) -> None:
        """That content and name agree: the signature covers the content only."""
        content, name = link.digest.content, link.name
        what = ""
        if content.awsAccountId != name.account:
            what = f"it is of account {content.awsAccountId}"
        elif link.digest.end != name.end:
            what = f"it ends at {content.digestEndTime}"
        if what:
            link.misnamed = True
            self.find("digest-misnamed", what, link.where, link.digest.start)

    def _connect(self, link: Link) -> None:
        content, previous = link.digest.content, self.previous
        before = content.previousDigestS3Object
        if before is None or not self.hourly:
            if previous is not None:
                self._judge(previous, None)
            self._check_restart(link)
        elif previous is not None and before == previous.digest.key:
            self._compare(link, previous)
            if self._judge(previous, content.previousDigestSignature) is False and previous.proved:
                link.wrong_link = link.wrong_link or "it names another signature of the digest before it"
        else:
            if previous is not None:
                self._judge(previous, None)
            self._check_before(link, before)

    def _compare(self, link: Link, previous: Link) -> None:
        """The link's own words about its predecessor, which is here."""
        content = link.digest.content
        link.before = previous
        if content.previousDigestHashAlgorithm != HASH:
            self.gather("algorithm-unknown", f"hashed with {content.previousDigestHashAlgorithm}", link.where, None)
        elif content.previousDigestHashValue != previous.digest.sha256:
            link.wrong_link = "it names another hash of the digest before it"
        elif content.previousDigestS3Bucket != previous.digest.content.digestS3Bucket:
            link.wrong_link = "it names another bucket of the digest before it"

    def _check_restart(self, link: Link) -> None:
        if not self.hourly:
            return
        since = self.last_end or self.window.since
        start = link.digest.start
        if self.last_end is not None:
            what = f"a new chain starts after {_hours(start - self.last_end)} without digests"
            self.find("chain-restarted", what, link.where, since)
        elif self.window.since is not None and start > self.window.since:
            self.find("chain-restarted", "the chain starts within the time asked about", link.where, since)

    def _check_before(self, link: Link, before: str) -> None:
        """The digest before is not here: how many are missing, and which."""
        if before in self.spoilt:
            return
        start = link.digest.start
        if self.last_end is None:
            since = self.window.since
            if since is None:
                self.find("chain-begins", f"what was before is not here: {before}", link.where, start)
                return
            if start <= since:
                return
            ends = list(_back(start, since))
        else:
            ends = list(_back(start, self.last_end + _ROUNDING)) or [start]
        for end in reversed(ends):
            key = before if end == ends[0] else _key_at(before, end)
            if key not in self.spoilt:
                self.find("digest-missing", f"the digest that ended at {end:%Y-%m-%dT%H:%M:%SZ}", key, end - HOUR)

    def _check_end(self) -> None:
        """Digests that should follow the last one."""
        until, last = self.window.until, self.window.last
        if self.last_end is None or not self.hourly:
            return
        if until is not None:
            end = self.last_end + HOUR
            while end <= until:
                key = _key_at(self.last_key, end)
                self.find("digest-missing", f"the digest that ended at {end:%Y-%m-%dT%H:%M:%SZ}", key, end - HOUR)
                end += HOUR
        elif last is not None and last - self.last_end >= HOUR:
            what = f"digests end {_hours(last - self.last_end)} before the trail's last"
            self.find("chain-ends", what, self.last_key, self.last_end)

    # ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────

    def _judge(self, link: Link, told: str | None) -> bool | None:
        """Judge whether the digest is CloudTrail's. `told`: the signature that the next digest has of it.

        Whether `told` holds; None when it cannot be said.
        """
        content, start = link.digest.content, link.digest.start
        own = (link.metadata or {}).get("signature")
        holds: dict[str, bool] = {}
        if content.digestSignatureAlgorithm != ALGORITHM:
            self._judge_algorithm(link, content.digestSignatureAlgorithm)
        elif content.digestPublicKeyFingerprint not in self.keys.known:
            self._judge_key(link, own, told)
        elif not own and not told:
            self.gather("digest-unsigned", "no metadata, and no later digest that tells it", link.where, start)
        else:
            holds = self._judge_signature(link, own, told)
        if link.wrong_link and not link.changed and not (link.before and link.before.changed):
            self.find("digest-unlinked", link.wrong_link, link.where, start)
        elif link.proved and not link.misnamed:
            self.report.digests_valid += 1
            self.report.logs_valid += link.logs
        link.before = None
        return holds.get(told) if told else None

    def _judge_algorithm(self, link: Link, named: str) -> None:
        """An algorithm that is not known: strange where the metadata, or what its key signed before, name another."""
        told = (link.metadata or {}).get("signature-algorithm", named)
        if told != named or link.digest.content.digestPublicKeyFingerprint in self.trusted:
            what = f"it says that it was signed with {named}, against its metadata or other digests of its key"
            self.find("digest-changed", what, link.where, link.digest.start)
            link.changed = True
        else:
            self.gather("algorithm-unknown", f"signed with {named}", link.where, link.digest.start)

    def _judge_key(self, link: Link, own: str | None, told: str | None) -> None:
        """A key that nobody gave: strange where another key was in use and has signed digests of this chain."""
        fingerprint, start = link.digest.content.digestPublicKeyFingerprint, link.digest.start
        if self.keys.in_use(link.digest.end) & self.trusted:
            what = f"fingerprint {fingerprint}, while other digests of that time were signed by a known key"
            self.find("digest-key-unknown", what, link.where, start)
            link.changed = True
            return
        self.gather("key-missing", f"fingerprint {fingerprint}", link.where, start)
        if own and told and own != told:
            self.find("metadata-wrong", "the next digest has another signature of it", link.where, start)

    def _judge_signature(self, link: Link, own: str | None, told: str | None) -> dict[str, bool]:
        """Signature → whether it holds. Either proves the digest: nobody but CloudTrail can make one."""
        text, start = link.digest.signed_text, link.digest.start
        fingerprint = link.digest.content.digestPublicKeyFingerprint
        holds = {one: self.keys.verify(fingerprint, one, text) for one in {own, told} if one}
        link.proved = any(holds.values())
        link.changed = not link.proved
        if link.changed:
            self.find("digest-changed", "its signature does not hold", link.where, start)
            return holds
        self.trusted.add(fingerprint)
        algorithm = (link.metadata or {}).get("signature-algorithm", ALGORITHM)
        if own and not holds[own]:
            self.find("metadata-wrong", "the signature in its metadata is another's", link.where, start)
        elif algorithm != ALGORITHM:
            self.find("metadata-wrong", f"its metadata says {algorithm}", link.where, start)
        return holds


def _back(start: datetime, since: datetime) -> Iterator[datetime]:
    """The ends of the hourly digests between `since` and `start`, the latest first."""
    end = start
    for _ in range(_MOST):
        if end <= since:
            return
        yield end
        end -= HOUR


def _key_at(key: str, end: datetime) -> str:
    """The key of the digest of the same chain that ended at that time."""
    folder, _, name = key.rpartition("/")
    place = "/".join([*folder.split("/")[:-3], f"{end:%Y/%m/%d}"])
    head, _, _ = name.rpartition("_")
    return f"{place}/{head}_{end:%Y%m%dT%H%M%SZ}.json.gz"


def _hours(time: timedelta) -> str:
    return f"{time / HOUR:.1f} hours"
