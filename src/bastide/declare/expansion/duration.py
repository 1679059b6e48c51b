"""Lengths of time as people write them: ``90d``, ``7y``, ``8h``, ``15m``."""

from __future__ import annotations

import re
from dataclasses import dataclass

FORM = re.compile(r"([1-9][0-9]{0,4})([mhdy])")
DAYS_IN_YEAR = 365
SECONDS = {"m": 60, "h": 3600, "d": 86_400, "y": DAYS_IN_YEAR * 86_400}


@dataclass(frozen=True, slots=True)
class Duration:
    """A count of a unit: ``m`` minutes, ``h`` hours, ``d`` days, ``y`` years."""

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Duration | None:
        """The duration in ``text``; None when it is not one.

        >>> Duration.parse("7y")
        Duration(count=7, unit='y')
        """
        found = FORM.fullmatch(text.strip())
        return cls(int(found[1]), found[2]) if found else None

    @property
    def seconds(self) -> int:
        """The length in seconds; a year has 365 days."""
        return self.count * SECONDS[self.unit]

    @property
    def days(self) -> int:
        """The length in whole days, rounded up."""
        return -(-self.seconds // SECONDS["d"])

    @property
    def iso(self) -> str:
        """The length as Identity Center wants it (``PT8H``, ``PT30M``)."""
        minutes = self.seconds // SECONDS["m"]
        return f"PT{minutes // 60}H" if minutes % 60 == 0 else f"PT{minutes}M"
