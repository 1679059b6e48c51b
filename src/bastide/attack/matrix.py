"""The whole run: every technique with its result, and what counts as a gap.

One idea: a gap is judged against what was in force. A technique that a guardrail of the library would have stopped is a
gap with a remedy; one that nothing can stop is told with the reason that its file gives.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from bastide.attack.result import FAILED, MISSED, NOT_PLAYED, PREVENTED, RECORDED, SUCCEEDED, Result
from bastide.attack.technique import Prevented, Recorded

SCHEMA = "bastide.attack/1"
STATUSES = (PREVENTED, RECORDED, MISSED, FAILED, NOT_PLAYED)
GATES = ("missed", "recorded", "unexpected")


@dataclass(frozen=True)
class Matrix:
    """One run. ``in_force``: guardrails that bind the victim's account; ``began``: RFC 3339 in UTC."""

    results: tuple[Result, ...]
    in_force: frozenset[str]
    organization: str
    victim: str
    began: str
    bare: bool = False
    basis: str = "sandbox"

    @property
    def counts(self) -> dict[str, int]:
        """How many techniques ended how; all statuses are named."""
        found = Counter(result.status for result in self.results)
        return {status: found[status] for status in STATUSES}

    @property
    def unexpected(self) -> tuple[Result, ...]:
        """Results that differ from what their files say."""
        return tuple(one for one in self.results if not one.as_expected and one.outcome != NOT_PLAYED)

    def hits(self, gate: str) -> tuple[Result, ...]:
        """The results that a gate stops at: missed, recorded (whatever worked), or unexpected."""
        if gate == "unexpected":
            return self.unexpected
        if gate == "recorded":
            return tuple(one for one in self.results if one.outcome == SUCCEEDED)
        return tuple(one for one in self.results if one.status == MISSED)

    @property
    def complete(self) -> bool:
        """Whether every attack could be carried out as far as somebody let it."""
        return not any(one.outcome == FAILED for one in self.results)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "schema": SCHEMA,
            "basis": self.basis,
            "organization": self.organization,
            "account": self.victim,
            "bare": self.bare,
            "began": self.began,
            "guardrails_in_force": sorted(self.in_force),
            "counts": self.counts,
            "techniques": [one.as_json() for one in self.results],
        }


def remedy(result: Result, library: frozenset[str]) -> str:
    """What would prevent a technique that worked: a guardrail to turn on, one to write, or why nothing does."""
    wanted = result.technique.expected
    if isinstance(wanted, Prevented):
        there = [name for name in wanted.by if name in result.in_force]
        if there:
            return f"{', '.join(there)} is in force and should have prevented it"
        return f"turn on guardrail {' or '.join(name for name in wanted.by if name in library)}"
    return advice(wanted, library)


def advice(expected: Recorded, library: frozenset[str]) -> str:
    """Why nothing stops a technique by default, and what would: one to choose, one to extend, or one to write."""
    name, _, more = expected.would.partition(" with ")
    if not name:
        return expected.because
    if name not in library:
        return f"{expected.because}; no guardrail of the library yet: {name}"
    return f"{expected.because}; {name} would, {f'extended by {more}' if more else 'where it is chosen'}"
