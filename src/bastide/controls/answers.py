"""Two answers to one question, kept apart where they differ: what AWS's rule says, and what can really be reached.

The one idea: a control has one status, the one that its text promises; the other answer is evidence beside it, so that
a reader who compares with AWS Config, or who asks what an attacker could do, finds both.
"""

from __future__ import annotations

from dataclasses import replace

from bastide.model import Value, Verdict

PARITY, EXPOSURE = "parity", "exposure"


def with_exposure(parity: Verdict, exposure: Verdict) -> Verdict:
    """What AWS's rule says, with what can be reached as evidence where that is something else."""
    return _with(parity, parity, exposure)


def with_parity(exposure: Verdict, parity: Verdict) -> Verdict:
    """What can be reached, with what AWS's rule says as evidence where that is something else."""
    return _with(exposure, parity, exposure)


def _with(leading: Verdict, parity: Verdict, exposure: Verdict) -> Verdict:
    if parity.status is exposure.status:
        return leading
    return replace(leading, evidence={PARITY: _told(parity), EXPOSURE: _told(exposure)})


def _told(verdict: Verdict) -> dict[str, Value]:
    told = {"status": str(verdict.status), "reason": verdict.reason, "path": verdict.path}
    return {name: value for name, value in told.items() if value}
