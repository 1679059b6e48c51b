"""Findings that their author accepts, said where the resource is declared.

The one idea: a FAIL becomes NOT_APPLICABLE with the author's reason, and what it would have been stays in its evidence,
so that no gate stops and no reader is misled. UNKNOWN stays UNKNOWN: nobody has looked at what was not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from bastide.assess.run import Assessment
from bastide.controls.control import Control
from bastide.model import Finding, Status

Place = tuple[str, str]  # the finding's file and logical id


def suppressed(
    assessment: Assessment, reasons: Mapping[Place, Mapping[str, str]], controls: Mapping[str, Control]
) -> Assessment:
    """The assessment in which what is accepted is NOT_APPLICABLE.

    ``reasons``: for a place, the reason by control or by its AWS Config rule.
    """
    if not reasons:
        return assessment
    counts = {name: Counter(numbers) for name, numbers in assessment.by_control.items()}
    findings = []
    for finding in assessment.findings:
        reason = _reason(finding, reasons, controls)
        if reason is not None:
            counts[finding.control][Status.FAIL] -= 1
            counts[finding.control][Status.NOT_APPLICABLE] += 1
            finding = _accepted(finding, reason)  # noqa: PLW2901 - the same finding, as it stands now
        findings.append(finding)
    by_control = {name: {status: count for status, count in one.items() if count} for name, one in counts.items()}
    return replace(assessment, findings=tuple(findings), by_control=by_control)


def _reason(
    finding: Finding, reasons: Mapping[Place, Mapping[str, str]], controls: Mapping[str, Control]
) -> str | None:
    if finding.status is not Status.FAIL:
        return None
    here = reasons.get((finding.origin.file, finding.origin.detail), {})
    rule = controls[finding.control].config_rule if finding.control in controls else ""
    return here.get(finding.control) or (here.get(rule) if rule else None)


def _accepted(finding: Finding, reason: str) -> Finding:
    evidence = {**finding.evidence, "suppressed": reason, "would_be": str(finding.status), "because": finding.reason}
    return replace(finding, status=Status.NOT_APPLICABLE, reason=f"accepted: {reason}", evidence=evidence)
