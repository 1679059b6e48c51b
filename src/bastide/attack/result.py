"""What came of a technique: stopped by what, found in which record, and whether that is what its file says.

One idea: prevented means that a policy said no *and* that reading back shows no effect. Detection and containment have
a place here already and say honestly that nothing does them yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bastide.attack.stage import Made
from bastide.attack.technique import Prevented, Technique

PREVENTED, SUCCEEDED, FAILED, NOT_PLAYED = "prevented", "succeeded", "failed", "not played"
RECORDED, MISSED = "recorded", "missed"
NOT_YET = "not yet"
SERVICE = "AWS service"  # what refused, where it was no policy


@dataclass(frozen=True, slots=True)
class Refusal:
    """What said no. ``policy_type``: scp, rcp, identity, … or empty; ``guardrails``: whose statement it was."""

    code: str
    message: str
    action: str = ""
    policy_type: str = ""
    policy: str = ""
    guardrails: tuple[str, ...] = ()

    @property
    def by(self) -> str:
        """In one line: the guardrails, else the policy."""
        if self.guardrails:
            return ", ".join(self.guardrails)
        return f"{self.policy_type} {self.policy}".strip() or SERVICE


@dataclass(frozen=True)
class Result:
    """What came of one technique. ``outcome``: prevented, succeeded, or failed, or not played; then ``why``."""

    technique: Technique
    outcome: str
    calls: tuple[Made, ...] = ()
    refusal: Refusal | None = None
    why: str = ""
    in_force: frozenset[str] = frozenset()  # guardrails that bind the account where it was played
    records: tuple[str, ...] = ()  # ids of the audit records of the attack's calls
    remedy: str = ""  # what would prevent it

    @property
    def recorded(self) -> bool:
        """Whether the audit log holds a call of the attack."""
        return bool(self.records)

    @property
    def status(self) -> str:
        """prevented · recorded (it worked, the log has it) · missed (it worked unseen) · failed · not played."""
        if self.outcome != SUCCEEDED:
            return self.outcome
        return RECORDED if self.recorded else MISSED

    @property
    def as_expected(self) -> bool:
        """Whether it ended as its file says, given the guardrails that are in force where it was played."""
        wanted, refusal = self.technique.expected, self.refusal
        stopping = set(wanted.by) & self.in_force if isinstance(wanted, Prevented) else set()
        if stopping:
            return self.outcome == PREVENTED and refusal is not None and bool(stopping & set(refusal.guardrails))
        if self.technique.bare:
            return self.outcome == PREVENTED and refusal is not None and refusal.policy_type == self.technique.bare
        return self.outcome == SUCCEEDED

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        said, refusal = self.technique, self.refusal
        return {
            "id": said.id,
            "title": said.title,
            "tactic": said.tactic,
            "mitre": list(said.mitre),
            "status": self.status,
            "outcome": self.outcome,
            "prevented_by": list(refusal.guardrails) if refusal else [],
            "refusal": _refusal_json(refusal),
            "recorded": self.recorded,
            "records": list(self.records),
            "detected": NOT_YET,
            "contained": NOT_YET,
            "as_expected": self.as_expected,
            "why": self.why,
            "remedy": self.remedy,
            "aws_detectors": list(said.detectors),
            "calls": [
                f"{call.service}:{call.operation}" + (f" {call.error}" if call.error else "") for call in self.calls
            ],
        }


def _refusal_json(refusal: Refusal | None) -> dict[str, str] | None:
    if refusal is None:
        return None
    return {
        "code": refusal.code,
        "message": refusal.message,
        "action": refusal.action,
        "policy_type": refusal.policy_type,
        "policy": refusal.policy,
    }
