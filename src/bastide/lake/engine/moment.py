"""Moments as people write them: `7d`, `24h`, `30m` before now, a day, or a time in ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bastide.errors import InputError

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(\d{1,6})([mhdw])")


def parse_moment(text: str, now: datetime, option: str) -> datetime:
    """The moment, aware, in UTC; a day is its beginning, a time without a zone is UTC.

    Raises:
        InputError: the text is none of those.
    """
    ago = _SPAN.fullmatch(text.strip().lower())
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as wrong:
        fix = "write 7d, 24h, 30m, 2026-01-31 or 2026-01-31T12:00:00Z"
        raise InputError(f"{option} {text!r} is no time", fix=fix) from wrong
