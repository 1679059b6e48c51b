"""Numbers and dates as condition operators read them, and how they compare.

The one idea: both are decimals, a date the seconds since 1970; what is neither compares with nothing.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", Numeric and Date condition operators.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?")
YEAR, MONTH = re.compile(r"[0-9]{4}"), re.compile(r"[0-9]{4}-[0-9]{2}")


@lru_cache(maxsize=4_096)
def number(text: str) -> Decimal | None:
    """The number that a value stands for; None for what is no number."""
    return Decimal(text) if NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4_096)
def seconds(text: str) -> Decimal | None:
    """Seconds since 1970; a date without a zone is UTC, four digits are a year and no second of 1970."""
    if YEAR.fullmatch(text):
        text += "-01-01"
    found = number(text)
    if found is not None:
        return found
    try:
        moment = datetime.fromisoformat(f"{text}-01" if MONTH.fullmatch(text) else text)
    except ValueError:
        return None
    passed = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH
    return Decimal(passed.days * 86_400 + passed.seconds) + Decimal(passed.microseconds) / 1_000_000


ORDER: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "equals": lambda left, right: left == right,
    "lessthan": lambda left, right: left < right,
    "lessthanequals": lambda left, right: left <= right,
    "greaterthan": lambda left, right: left > right,
    "greaterthanequals": lambda left, right: left >= right,
}
