"""The sandbox's clock: the machine's time, shifted at will, so that a week can be played in a second.

One idea: one offset. Calls, moto's dates, session expiry, deliveries and digests all ask this clock; a change of it is
an entry of the journal, and every other entry has its own time, so a replay sees the same times.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bastide.errors import InputError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(?:\d+[smhdw])+")
# What a date can hold, and a sandbox can sensibly be about.
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Clock:
    """The time of one sandbox; it always runs, from wherever it was set."""

    def __init__(self, shift: Callable[[timedelta], None]) -> None:
        """The machine's time. `shift` is told a new offset: it journals it, sets it and lets happen what is due."""
        self._shift = shift
        self._presigned: datetime | None = None
        self.reset()

    def reset(self) -> None:
        """The machine's time, as if it had never been driven."""
        self.offset = timedelta()
        # (machine's time, offset from then on) of every shift, the oldest first.
        self._shifts: list[tuple[datetime, timedelta]] = []

    def shift(self, offset: timedelta, at: datetime) -> None:
        """Take a new offset; `at` is the sandbox's time (aware UTC) at which that happens."""
        self._shifts.append(((at - self.offset).replace(microsecond=0), offset))
        self.offset = offset

    def note_presigned(self) -> None:
        """Somebody in this process made a presigned URL just now: it says the second, and no more."""
        self._presigned = datetime.now(UTC)

    def _wait(self) -> None:
        """Let the second end in which a URL was presigned: one of after the shift can be told from it."""
        now = datetime.now(UTC)
        if self._presigned is not None and self._presigned.replace(microsecond=0) == now.replace(microsecond=0):
            time.sleep(1 - now.microsecond / 1e6)

    def at_real(self, moment: datetime) -> datetime:
        """What the sandbox's clock showed at a time of the machine's (both aware UTC). Raises OverflowError."""
        return moment + next((offset for begun, offset in reversed(self._shifts) if begun <= moment), timedelta())

    def now(self) -> datetime:
        """The sandbox's time (aware UTC)."""
        return datetime.now(UTC) + self.offset if self.offset else datetime.now(UTC)

    def advance(self, by: timedelta | str) -> datetime:
        """The time after the clock went on by so much (`7d`, or a timedelta); deliveries in between have happened.

        Raises InputError when it would go backwards, or beyond the year 2199.
        """
        step = parse_duration(by) if isinstance(by, str) else by
        if step < timedelta():
            raise InputError("time does not run backwards", fix="a positive duration, or set a time")
        return self.set(_added(self.now(), step))

    def set(self, at: datetime | str) -> datetime:
        """The time after the clock was set. Raises InputError outside the years 2000 to 2199."""
        wanted = parse_time(at) if isinstance(at, str) else at
        self._wait()
        self._shift(offset_for(wanted))
        return self.now()

    def real(self) -> datetime:
        """The machine's time again."""
        self._wait()
        self._shift(timedelta())
        return self.now()


def _added(at: datetime, step: timedelta) -> datetime:
    try:
        return at + step
    except OverflowError as wrong:
        raise InputError("no calendar goes that far", fix="a time up to 2199-12-31") from wrong


def offset_for(at: datetime) -> timedelta:
    """The offset with which a clock shows `at` now. Raises InputError outside the years 2000 to 2199."""
    if not _FIRST <= at < _LAST:
        raise InputError(f"{at:%Y-%m-%d} is no time for a sandbox", fix="a time from 2000-01-01 to 2199-12-31")
    return at - datetime.now(UTC)


def parse_time(text: str) -> datetime:
    """An ISO 8601 time; UTC unless it says otherwise. Raises InputError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise InputError(f"{text!r} is no time", fix="ISO 8601, as in 2027-03-01T09:00:00Z") from wrong
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def parse_duration(text: str) -> timedelta:
    """`7d`, `90m`, `1d12h`. Raises InputError on anything else, and on what no calendar holds."""
    if not _DURATION.fullmatch(text.strip()):
        raise InputError(f"{text!r} is no duration", fix="a number and s, m, h, d or w, as in 7d or 1d12h")
    try:
        return sum(
            (timedelta(**{_UNITS[unit]: int(count)}) for count, unit in re.findall(r"(\d+)([smhdw])", text)),
            timedelta(),
        )
    except OverflowError as wrong:
        raise InputError(f"{text!r} is longer than any calendar", fix="at most some years") from wrong
