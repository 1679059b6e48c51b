"""How far apart the times of a schedule lie at most.

The one idea: two whole years are gone through day by day; a day's times are the product of its hours and minutes, so
that only days need to be looked at. Source: Amazon EventBridge User Guide, "Cron expressions"; AWS Backup Developer
Guide, "Backup plan options and configuration".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

DAY = 1440  # minutes
FIRST, DAYS = date(2027, 1, 1), 731
NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
MONTHS = {name: place for place, name in enumerate(NAMES, 1)}
WEEK = dict(zip(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), range(1, 8), strict=True))
RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
UNITS = {"minute": 1, "hour": 60, "day": DAY}
DEFAULT = "cron(0 5 ? * * *)"  # Source: AWS Backup API Reference, BackupRule, "ScheduleExpression"


@cache
def longest_gap(expression: str) -> int | None:
    """The most minutes between two times of a schedule; None when it has none, or ends.

    Raises:
        ValueError: it is no expression that AWS Backup takes, or one with what is not understood here.
    """
    rate = RATE.fullmatch(expression.strip())
    if rate:
        return int(rate.group(1)) * UNITS[rate.group(2)]
    found = re.fullmatch(r"cron\((.+)\)", expression.strip())
    fields = found.group(1).split() if found else []
    if len(fields) != 6:
        raise ValueError(f"not a schedule: {expression}")
    minutes, hours = _set(fields[0], 0, 59), _set(fields[1], 0, 23)
    months, years = _set(fields[3], 1, 12, MONTHS), fields[5]
    on = _on_days(fields[2], fields[4])
    if years not in ("*", "?"):
        return None  # it is over some day
    times = sorted(hour * 60 + minute for hour in hours for minute in minutes)
    days = [day for number in range(DAYS) if (day := FIRST + timedelta(number)).month in months and on(day)]
    within = max((later - sooner for sooner, later in pairwise(times)), default=0)
    between = [(later - sooner).days * DAY + times[0] - times[-1] for sooner, later in pairwise(days)]
    return max(within, *between) if between else None


def _on_days(of_month: str, of_week: str) -> Callable[[date], bool]:
    """Whether a day is among those that the two fields say; one of them is ``?`` (or ``*`` beside the other)."""
    monthly = None if of_month in ("*", "?") else _set(of_month.replace("L", "0"), 0, 31)
    weekly = None if of_week in ("*", "?") else _set(of_week, 1, 7, WEEK)

    def on(day: date) -> bool:
        last = (day + timedelta(1)).day == 1
        if monthly is not None and not (day.day in monthly or (last and 0 in monthly)):
            return False
        return weekly is None or day.isoweekday() % 7 + 1 in weekly

    return on


def _set(field: str, low: int, high: int, names: dict[str, int] | None = None) -> set[int]:
    """The numbers that a field says. Raises ValueError."""
    found: set[int] = set()
    for part in field.upper().split(","):
        span, _, step = part.partition("/")
        start, dash, end = span.partition("-")
        first = low if start in ("*", "?") else _number(start, names or {})
        last = _number(end, names or {}) if dash else high if start in ("*", "?") or step else first
        if not low <= first <= last <= high or (step and not step.isdecimal()) or step == "0":
            raise ValueError(f"{part} is not understood in a schedule")
        found.update(range(first, last + 1, int(step or 1)))
    return found


def _number(text: str, names: dict[str, int]) -> int:
    if text in names:
        return names[text]
    if not text.isdecimal():
        raise ValueError(f"{text} is not understood in a schedule")
    return int(text)
