"""One figure of a scenario, and the few ways to take one."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its unit, and what it must reach (empty where nothing was promised)."""

    scenario: str
    name: str
    value: float
    unit: str
    must: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the value is as promised; None where nothing was promised."""
        if not self.must:
            return None
        sign, limit = self.must.split()[0], float(self.must.split()[1])
        return self.value <= limit if sign == "≤" else self.value >= limit


Scenario = Callable[[], Iterator[Figure]]


@contextmanager
def timed() -> Iterator[list[float]]:
    """A list that holds the seconds of the block once it has ended."""
    taken: list[float] = []
    begin = time.perf_counter()
    yield taken
    taken.append(time.perf_counter() - begin)


def peak_mb() -> float:
    """The most memory that this process ever held, in MB (10⁶ bytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def as_json(figure: Figure) -> dict[str, Any]:
    """The figure as JSON values."""
    return {
        "scenario": figure.scenario,
        "name": figure.name,
        "value": round(figure.value, 4),
        "unit": figure.unit,
        "must": figure.must,
        "holds": figure.holds,
    }
