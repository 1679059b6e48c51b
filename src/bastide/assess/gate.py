"""When a result stops a pipeline: ``--fail-on high``, ``--fail-on medium,new``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bastide.assess.baseline import Baseline
from bastide.errors import InputError
from bastide.model import Finding, Severity, Status

WORDS = ("new", "unknown")


@dataclass(frozen=True, slots=True)
class Gate:
    """Which findings count: FAILs of at least ``severity``; ``unknown`` adds UNKNOWNs; ``new`` only what is new."""

    severity: Severity
    new: bool = False
    unknown: bool = False

    def hits(self, findings: Iterable[Finding], baseline: Baseline | None = None) -> tuple[Finding, ...]:
        """The findings that close the gate; with ``new``, those that the baseline holds are let through."""
        given = tuple(findings)
        known = baseline.following(given) if self.new and baseline is not None else Baseline()
        statuses = {Status.FAIL, Status.UNKNOWN} if self.unknown else {Status.FAIL}
        return tuple(
            finding
            for finding in given
            if finding.severity >= self.severity and finding.status in statuses and not known.holds(finding)
        )


def parse_gate(text: str) -> Gate:
    """The gate that ``text`` describes: a severity and, after commas, ``new`` and ``unknown``, in any order.

    Raises:
        InputError: another word, no severity, or two.
    """
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    severities = [word for word in words if word.upper() in Severity.__members__]
    others = [word for word in words if word not in severities and word not in WORDS]
    names = ", ".join(str(severity) for severity in sorted(Severity))
    if others:
        raise InputError(f"--fail-on does not know {others[0]!r}", fix=f"write one of {names}; add ,new or ,unknown")
    if len(severities) != 1:
        raise InputError(f"--fail-on {text!r} names {len(severities)} severities", fix=f"write one of {names}")
    return Gate(Severity.parse(severities[0]), "new" in words, "unknown" in words)
