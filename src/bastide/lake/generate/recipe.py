"""What to generate, and how many events each account gets in each hour.

One idea: shares are rounded cumulatively, so that the parts always add up to exactly what was asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bastide.errors import InputError
from bastide.lake.generate.organization import REGIONS, Account

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
_HOURS = 24
_QUIET = 0.04  # of nights and weekends: somebody is on call


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to generate: `events` in all, labelled ones included, of `accounts` over `days` from `start`.

    `file_events`: a log file is closed once it holds that many; 0 closes files every five minutes as AWS does. The
    Region of global services, us-east-1, gets events whether it is among `regions` or not.
    """

    events: int = 100_000
    accounts: int = 5
    days: int = 7
    regions: tuple[str, ...] = REGIONS[:3]
    seed: int = 1
    start: datetime = MONDAY
    file_events: int = 1000
    drift: int = 1
    attacks: int = 0
    digests: bool = False

    def __post_init__(self) -> None:
        """Raises InputError when nothing can be made of it."""
        for name in ("events", "accounts", "days"):
            if getattr(self, name) < 1:
                raise InputError(
                    f"{name} must be at least 1, not {getattr(self, name)}", fix=f"give --{name} 1 or more"
                )
        if not self.regions:
            raise InputError("there is no Region to generate for", fix="give --regions eu-west-1,…")
        if self.start.tzinfo is None or self.start.minute or self.start.second or self.start.microsecond:
            raise InputError("the start must be a full hour in UTC", str(self.start), "give --start 2026-01-05")

    @property
    def hours(self) -> Iterator[datetime]:
        """The beginning of each hour."""
        return (self.start + timedelta(hours=number) for number in range(self.days * _HOURS))


class Budget(NamedTuple):
    """How many events of each kind an hour gets."""

    apps: int
    services: int
    security: int
    deploys: int
    people: int


SHARES = Budget(46, 26, 14, 7, 7)  # percent


def share_out(total: int, weights: Iterable[float]) -> list[int]:
    """Whole parts of `total` by weight, which add up to it exactly; all zero where no weight is positive."""
    exact = list(weights)
    whole = math.fsum(exact)
    parts, done, sofar = [], 0, 0.0
    for weight in exact:
        sofar += weight
        upto = round(total * min(1.0, sofar / whole)) if whole else 0
        parts.append(upto - done)
        done = upto
    if parts and whole:
        parts[-1] += total - done  # what floating point lost
    return parts


def plan_hours(account: Account, hours: Sequence[datetime], total: int) -> list[Budget]:
    """What each hour of an account gets, by who is awake."""
    weights: list[float] = []
    for hour in hours:
        desk = _activity([person.offset for person, _ in account.people], hour)
        day = 0.7 + 0.3 * math.sin((hour.hour - 8) / 24 * 2 * math.pi)
        weights += [SHARES.apps * day, SHARES.services, SHARES.security, SHARES.deploys * desk, SHARES.people * desk]
    parts = share_out(total, weights)
    return [Budget(*parts[at : at + 5]) for at in range(0, len(parts), 5)]


def at_work(offset: int, hour: datetime) -> bool:
    """Whether somebody `offset` hours east of UTC is at work in that hour: weekdays from 8 to 18."""
    local = hour + timedelta(hours=offset)
    return local.weekday() < 5 and 8 <= local.hour < 18


def _activity(offsets: Sequence[int], hour: datetime) -> float:
    """The share of people at work, scaled so that an average hour of a week is about 1."""
    return _QUIET + 168 / 50 * sum(at_work(offset, hour) for offset in offsets) / max(1, len(offsets))
