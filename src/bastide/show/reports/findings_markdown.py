"""Markdown for a comment on a pull request: a verdict, a table of what is new, and how to mend it.

The one idea: names come from templates and accounts, so nothing of them may be read as Markdown, as HTML or as the
mention of a person. GitHub takes 65,536 characters; what does not fit is counted.
"""

from __future__ import annotations

import re

from bastide.model import Finding, Status
from bastide.show.reports.report import Report, name_of, place_text, shown

MOST_CHARACTERS = 55_000  # of the rows; how to mend them takes up to 6,000 more
MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&-])")
HEAD = "| severity | control | resource | where | what is wrong |\n|---|---|---|---|---|"


def render(report: Report) -> str:
    """The comment: only new findings where the report is compared with a baseline."""
    parts = [f"### Bastide: {_verdict(report)}", "", _counts(report)]
    if report.findings:
        rows, left = _rows(report)
        parts += ["", HEAD, *rows]
        if left:
            parts += ["", f"… and {left} more; `-o json` or `-o html` has them all."]
        parts += ["", *_repairs(report)]
    return "\n".join(parts) + "\n"


def _verdict(report: Report) -> str:
    new = " new" if report.compared else ""
    if report.failures:
        return f"{len(report.failures)}{new} {'finding' if len(report.failures) == 1 else 'findings'}"
    if report.unknowns:
        return f"no{new} findings, {len(report.unknowns)} undecided"
    return f"no{new} findings"


def _counts(report: Report) -> str:
    counts = ", ".join(
        f"{report.counts.get(status, 0)} {status.lower().replace('_', ' ')}"
        for status in (Status.FAIL, Status.UNKNOWN, Status.PASS)
    )
    gone = f" Gone since: {report.delta.gone}." if report.delta and report.delta.gone else ""
    judged = f"by {len(report.controls)} controls over {len(report.estate.resources):,} resources"
    return f"In all: {counts}, {judged}.{gone}"


def _rows(report: Report) -> tuple[list[str], int]:
    """The rows that fit, and how many do not."""
    rows: list[str] = []
    size = 0
    wanted = [finding for finding in report.findings if finding.status in {Status.FAIL, Status.UNKNOWN}]
    for finding in wanted:
        row = _row(finding)
        size += len(row) + 1
        if size > MOST_CHARACTERS:
            break
        rows.append(row)
    return rows, len(wanted) - len(rows)


def _row(finding: Finding) -> str:
    where = place_text(finding) or f"{finding.account_name or finding.resource.account} {finding.resource.region}"
    severity = "unknown" if finding.status is Status.UNKNOWN else str(finding.severity)
    cells = (severity, finding.control, name_of(finding), where, finding.reason)
    return f"| {' | '.join(escaped(cell) for cell in cells)} |"


def _repairs(report: Report) -> list[str]:
    """How to mend what failed: one line a control, folded away."""
    repairs = {finding.control: finding.remediation for finding in report.failures if finding.remediation}
    if not repairs:
        return []
    lines = [f"- {escaped(control)}: {escaped(text)}" for control, text in sorted(repairs.items())]
    if sum(map(len, lines)) > MOST_CHARACTERS // 20:
        lines = [f"- {escaped(control)}: `bastide explain {control}`" for control in sorted(repairs)][:40]
    return ["<details><summary>How to mend</summary>", "", *lines, "", "</details>"]


def escaped(text: object) -> str:
    """Text that Markdown shows as it is: on one line, no mark with a meaning, nobody mentioned."""
    return MARKS.sub(r"\\\1", shown(text)[:500]).replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\@", "@\u200b")
