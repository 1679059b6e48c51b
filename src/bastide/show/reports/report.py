"""What every format is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bastide.controls import Control
from bastide.model import Estate, Finding, Severity, Status

CONTROL_CHARACTERS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, *range(128, 160)), "�")


@dataclass(frozen=True)
class Report:
    """One assessment, ready to be shown.

    ``findings``: FAIL and UNKNOWN, and PASS where asked for, in the order to show. ``counts``: verdicts by status,
    passes included. ``healed``: what an earlier assessment of the same run found and this one no longer does.
    ``generated_at``: ISO 8601 UTC.
    """

    findings: tuple[Finding, ...]
    estate: Estate
    controls: Mapping[str, Control]
    counts: Mapping[Status, int]
    generated_at: str
    title: str = "Assessment"
    healed: tuple[Finding, ...] = ()
    guardrails: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # unit path or account name → guardrails

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings that are FAIL."""
        return tuple(finding for finding in self.findings if finding.status is Status.FAIL)

    @property
    def unknowns(self) -> tuple[Finding, ...]:
        """The findings that are UNKNOWN."""
        return tuple(finding for finding in self.findings if finding.status is Status.UNKNOWN)

    def by_severity(self) -> dict[Severity, int]:
        """Number of failures by severity, the worst first, zeros included."""
        found = Counter(finding.severity for finding in self.failures)
        return {severity: found.get(severity, 0) for severity in sorted(Severity, reverse=True)}


def shown(text: object) -> str:
    """Text from an account without control characters, so that it cannot move a terminal's cursor or end a line."""
    return str(text).translate(CONTROL_CHARACTERS).replace("\r", " ").replace("\n", " ")
