"""Annotations of GitHub Actions: each finding stands at its line in the pull request's diff.

Source: GitHub Docs, "Workflow commands for GitHub Actions", "Setting an error message".
"""

from __future__ import annotations

from bastide.model import Finding, Severity, Status
from bastide.show.reports.report import Report, local_path, name_of, place_of, shown

WARNED = (Severity.MEDIUM,)


def render(report: Report) -> str:
    """A workflow command for each FAIL and UNKNOWN, the worst first, and a line that counts them."""
    lines = [
        _command(finding, report.folder)
        for finding in report.findings
        if finding.status in {Status.FAIL, Status.UNKNOWN}
    ]
    counts = f"{len(report.failures)} failed, {len(report.unknowns)} unknown"
    return "\n".join([*lines, f"{counts}, {report.counts.get(Status.PASS, 0)} passed"])


def _command(finding: Finding, folder: str) -> str:
    file, line = place_of(finding)
    place = {"file": local_path(file, folder), "line": str(max(line, 1))} if file else {}
    title = f"{finding.severity} {finding.control}"
    if finding.status is Status.UNKNOWN:
        title = f"unknown {finding.control}"
    properties = ",".join(f"{key}={_property(value)}" for key, value in (place | {"title": title}).items())
    repair = finding.remediation if finding.status is Status.FAIL else ""  # who knows no fault needs no repair
    text = f"{name_of(finding)}: {finding.reason or finding.title}. {repair}".strip()
    return f"::{_level(finding)} {properties}::{_text(shown(text))}"


def _level(finding: Finding) -> str:
    if finding.status is Status.UNKNOWN or finding.severity < Severity.MEDIUM:
        return "notice"
    return "warning" if finding.severity in WARNED else "error"


def _text(text: str) -> str:
    """Text that ends neither the command nor its line."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(shown(text)).replace(":", "%3A").replace(",", "%2C")
