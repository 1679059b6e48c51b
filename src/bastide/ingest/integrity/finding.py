"""What verification found: what, where, since when, and how bad.

One idea: a kind of finding has one severity. `tampered`: somebody changed, removed, moved or added something.
`incomplete`: nothing speaks against it, but it is not proved either. Nothing unproved ever counts as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

TAMPERED, INCOMPLETE = "tampered", "incomplete"
# Kind → severity, and what it means.
KINDS: dict[str, tuple[str, str]] = {
    "digest-changed": (TAMPERED, "a digest's signature or hash does not hold"),
    "digest-missing": (TAMPERED, "a digest that was written is not there"),
    "digest-moved": (TAMPERED, "a digest lies elsewhere than where it was delivered"),
    "digest-copied": (TAMPERED, "a digest lies a second time where none was delivered"),
    "digest-unreadable": (TAMPERED, "a digest is no digest any more"),
    "digest-misnamed": (TAMPERED, "a digest's content is of another account or time than its name"),
    "digest-unlinked": (TAMPERED, "a digest names another content of its predecessor than is there"),
    "digest-key-unknown": (TAMPERED, "a digest was signed by a key that was not in use"),
    "metadata-wrong": (TAMPERED, "a digest is whole, but the signature in its metadata is not its own"),
    "log-changed": (TAMPERED, "a log file's content is not what was delivered"),
    "log-missing": (TAMPERED, "a log file that was delivered is not there"),
    "log-moved": (TAMPERED, "a log file lies elsewhere than where it was delivered"),
    "log-unlisted": (TAMPERED, "a log file is in no digest, though its hour's digest is there"),
    "key-missing": (INCOMPLETE, "no public key with the digests' fingerprint was given"),
    "digest-unsigned": (INCOMPLETE, "neither metadata nor a later digest tells a digest's signature"),
    "algorithm-unknown": (INCOMPLETE, "hashed or signed in a way that is not known"),
    "chain-begins": (INCOMPLETE, "the first digest has a predecessor that is not here"),
    "chain-ends": (INCOMPLETE, "digests end before those of the trail's other accounts and Regions"),
    "chain-restarted": (INCOMPLETE, "validation or logging had stopped: nothing is proved about the time between"),
    "log-uncovered": (INCOMPLETE, "a log file is of a time for which no digest is here"),
    "unread": (INCOMPLETE, "a file could not be read"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `since`: when what is found begins; `count`: how many of the same are taken together."""

    kind: str
    what: str
    where: str
    since: datetime | None
    account: str = ""
    region: str = ""
    trail: str = ""
    count: int = 1

    @property
    def severity(self) -> str:
        """tampered or incomplete."""
        return KINDS[self.kind][0]


@dataclass(slots=True)
class Report:
    """What was verified; sizes in bytes, `raw` as hashed."""

    findings: list[Finding] = field(default_factory=list)
    streams: int = 0
    digests: int = 0
    digests_valid: int = 0
    logs: int = 0
    logs_valid: int = 0
    raw: int = 0
    since: datetime | None = None
    until: datetime | None = None

    def add(self, other: Report) -> None:
        """Count another's in."""
        self.findings += other.findings
        for name in ("streams", "digests", "digests_valid", "logs", "logs_valid", "raw"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.since = min(filter(None, (self.since, other.since)), default=None)
        self.until = max(filter(None, (self.until, other.until)), default=None)

    @property
    def counts(self) -> dict[str, int]:
        """Kind → number, in the order of the kinds."""
        found = Counter[str]()
        for finding in self.findings:
            found[finding.kind] += finding.count
        return {kind: found[kind] for kind in KINDS if found[kind]}

    @property
    def exit_code(self) -> int:
        """0 all is well, 1 something was tampered with, 3 something is not proved."""
        severities = {finding.severity for finding in self.findings}
        return 1 if TAMPERED in severities else 3 if severities or not self.digests_valid else 0


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Tampering first, then by account, Region, time and place."""
    return sorted(
        findings,
        key=lambda one: (
            one.severity != TAMPERED,
            one.account,
            one.region,
            one.since.isoformat() if one.since else "",
            one.where,
            one.kind,
        ),
    )
