"""What came of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bastide.model import Change, ResourceKey


class ResultStatus(StrEnum):
    """What came of one change."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one change: the real key, and for a failure AWS's code and message, for a skip the reason."""

    change: Change
    status: ResultStatus
    key: ResourceKey
    arn: str = ""
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a plan: one result a change, in the plan's order."""

    run_id: str
    results: tuple[Result, ...]
    interrupted: bool = False
    bindings: Mapping[str, str] = field(default_factory=dict)  # provisional → real, all that is known now

    @property
    def done(self) -> tuple[Result, ...]:
        """Changes that were made and read back."""
        return self._of(ResultStatus.DONE)

    @property
    def failed(self) -> tuple[Result, ...]:
        """Changes that AWS refused, or whose read-back differs from the plan."""
        return self._of(ResultStatus.FAILED)

    @property
    def skipped(self) -> tuple[Result, ...]:
        """Changes that were not tried."""
        return self._of(ResultStatus.SKIPPED)

    @property
    def complete(self) -> bool:
        """Whether every change was made."""
        return len(self.done) == len(self.results)

    def _of(self, status: ResultStatus) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.status is status)


class Progress(Protocol):
    """Who watches an apply. Called from one thread."""

    def start(self, total: int) -> None:
        """There are ``total`` changes."""

    def advance(self, change: Change, result: Result) -> None:
        """One change is over."""
