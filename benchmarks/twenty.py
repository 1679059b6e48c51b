"""20 accounts in 2 regions, on the sandbox in this process: plan, apply, plan again, collect and assess.

Wall time is what people wait for; CPU time is what to compare on a busy machine. What is measured is Bastide and the
emulator together: AWS answers slower, but on its own machines.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from bastide.aws.session import Target
from bastide.sandbox import Sandbox
from bastide.sandbox.front import Front
from bastide.show.workspace import Settings, Workspace
from benchmarks.measure import Figure, peak_mb

FILE = Path(__file__).with_name("twenty.yaml")
NAME = "20 accounts"

T = TypeVar("T")


class Meter:
    """Wall seconds, CPU seconds and API calls of one step after another."""

    def __init__(self) -> None:
        """A meter that counts every call that any sandbox of this process answers."""
        self.calls = self.wall = self.cpu = 0.0
        answer = Front.answer
        counted = [0]

        def counting(front: Front, request: object) -> object:
            counted[0] += 1
            return answer(front, request)  # type: ignore[arg-type]

        Front.answer = counting  # type: ignore[method-assign, assignment]
        self._counted = counted

    def of(self, step: Callable[[], T]) -> T:
        """What ``step`` returns; its cost is then in ``wall``, ``cpu`` and ``calls``."""
        calls, wall, cpu = self._counted[0], time.perf_counter(), time.process_time()
        result = step()
        self.wall, self.cpu = time.perf_counter() - wall, time.process_time() - cpu
        self.calls = self._counted[0] - calls
        return result

    def figures(self, name: str, must: str = "") -> Iterator[Figure]:
        """The last step's cost."""
        yield Figure(NAME, name, self.wall, "s wall", must)
        yield Figure(NAME, f"{name}, CPU", self.cpu, "s CPU")
        yield Figure(NAME, f"{name}, calls", self.calls, "calls")
        yield Figure(NAME, f"{name}, rate", self.calls / self.wall, "calls/s")


def twenty() -> Iterator[Figure]:
    """Every step of a 20-account organization's first day."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BASTIDE_STATE"] = folder
        meter = Meter()  # before the sandbox, which hands out its answering method
        yield from _first_day(Workspace(Settings(FILE), Target.sandbox(Sandbox())), meter)


def _first_day(place: Workspace, meter: Meter) -> Iterator[Figure]:
    plan = meter.of(place.planned)
    planning = meter.wall
    yield Figure(NAME, "changes in the plan", len(plan.changes), "changes")
    yield from meter.figures("plan")
    outcome = meter.of(lambda: place.applied(plan))
    yield from meter.figures("apply")
    yield Figure(NAME, "plan and apply", planning + meter.wall, "s wall", "≤ 15")
    yield Figure(NAME, "changes that failed or were skipped", len(plan.changes) - len(outcome.done), "changes", "≤ 0")
    again = meter.of(place.planned)
    yield from meter.figures("empty second plan", "≤ 6")
    yield Figure(NAME, "changes in the second plan", len(again.changes) + len(again.uncertain), "changes", "≤ 0")
    assessment, estate = meter.of(place.assessed)
    yield from meter.figures("collect and assess")
    yield Figure(NAME, "resources collected", len(estate.resources), "resources")
    yield Figure(NAME, "findings", len(assessment.findings), "findings")
    yield Figure(NAME, "peak memory", peak_mb(), "MB")
    place.store.close()
