"""Log files as CloudTrail delivers them: events of one account and Region, in an envelope, under AWS's own key.

One idea: a file is closed by size or by the clock, and what follows from that (key, delivery, digest) is a function of
what it holds.
Source: AWS CloudTrail User Guide, "CloudTrail log file name format", "Finding your CloudTrail log files".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bastide.lake.generate.chance import Draw
from bastide.lake.generate.organization import Organization
from bastide.lake.generate.planted import Label, Planted
from bastide.lake.generate.recipe import Recipe, plan_hours, share_out
from bastide.lake.generate.traffic import Traffic

_FIVE = 300  # seconds


@dataclass(frozen=True, slots=True)
class LogFile:
    """A log file before it is compressed; times are of its oldest and newest event and of its delivery."""

    key: str
    account: str
    region: str
    content: bytes
    events: int
    oldest: datetime
    newest: datetime
    delivered: datetime


class Packer:
    """Fills the log files of one account."""

    def __init__(self, seed: int, organization: Organization, account: str, file_events: int) -> None:
        """No file open."""
        self._organization, self._account, self._most = organization, account, file_events
        self._letters = Draw(f"{seed}/{account}/files").letters["b64"]
        self._open: dict[str, list[tuple[int, str]]] = {}

    def add(self, hour: datetime, events: dict[str, list[tuple[int, str]]], *, last: bool) -> Iterator[LogFile]:
        """The files that are full (with `last`, all) once the hour's events are in."""
        base = int(hour.timestamp())
        for region, found in events.items():
            found.sort()
            self._open.setdefault(region, []).extend((base + second, text) for second, text in found)
        for region in sorted(self._open):
            waiting = self._open[region]
            for part in self._parts(waiting, last):
                yield self._file(region, part)

    def _parts(self, waiting: list[tuple[int, str]], last: bool) -> Iterator[list[tuple[int, str]]]:
        """Take the parts that make a file out of what waits."""
        if self._most:
            while len(waiting) >= self._most or (last and waiting):
                yield waiting[: self._most]
                del waiting[: self._most]
            return
        part: list[tuple[int, str]] = []
        for event in waiting:
            if part and event[0] // _FIVE != part[0][0] // _FIVE:
                yield part
                part = []
            part.append(event)
        if part:
            yield part
        waiting.clear()

    def _file(self, region: str, events: list[tuple[int, str]]) -> LogFile:
        newest = events[-1][0]
        delivered = datetime.fromtimestamp((newest // _FIVE + 2) * _FIVE, UTC)
        suffix = self._letters.take(16).replace("+", "x").replace("/", "Q")
        name = f"{self._account}_CloudTrail_{region}_{delivered:%Y%m%dT%H%MZ}_{suffix}.json.gz"
        key = f"{folder(self._organization, self._account, 'CloudTrail', region, delivered)}/{name}"
        content = f'{{"Records":[{",".join([text for _, text in events])}]}}'.encode()
        oldest = datetime.fromtimestamp(events[0][0], UTC)
        return LogFile(
            key, self._account, region, content, len(events), oldest, datetime.fromtimestamp(newest, UTC), delivered
        )


def folder(organization: Organization, account: str, kind: str, region: str, at: datetime) -> str:
    """Where an organization trail keeps an account's files of a day; `kind` is CloudTrail or CloudTrail-Digest."""
    return f"AWSLogs/{organization.id}/{account}/{kind}/{region}/{at:%Y/%m/%d}"


class AccountLog:
    """All log files of one account, made as they are asked for; `labels` is complete once they are all taken."""

    def __init__(self, recipe: Recipe, organization: Organization, number: int, planted: list[Planted]) -> None:
        """Nothing made yet; `number` is the account's place in the organization."""
        self._recipe, self._organization, self._number = recipe, organization, number
        self._account = organization.accounts[number]
        self._planted = planted
        self.labels: list[Label] = []

    def __iter__(self) -> Iterator[LogFile]:
        """The files, in the order in which they are filled."""
        recipe, account = self._recipe, self._account
        total = events_of(recipe, self._organization)[self._number]
        hours = list(recipe.hours)
        traffic = Traffic(recipe.seed, account, self._planted)
        packer = Packer(recipe.seed, self._organization, account.id, recipe.file_events)
        for hour, budget in zip(hours, plan_hours(account, hours, max(0, total - len(self._planted))), strict=True):
            last = hour == hours[-1] or (hour + timedelta(hours=1)).day != hour.day
            yield from packer.add(hour, traffic.hour(hour, budget), last=last)
        self.labels = traffic.labels


def events_of(recipe: Recipe, organization: Organization) -> list[int]:
    """How many events each account makes, in the organization's order."""
    return share_out(recipe.events, [account.weight for account in organization.accounts])
