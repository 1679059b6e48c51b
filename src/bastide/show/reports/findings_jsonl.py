"""JSON lines: the shape of ``json`` with one finding a line, so that millions can be read as a stream."""

from __future__ import annotations

from bastide.show.reports.findings_json import finding_json, summary_json
from bastide.show.reports.json_text import json_text
from bastide.show.reports.report import Report


def render(report: Report) -> str:
    """A line with all but the findings, then a line for each."""
    lines = [summary_json(report), *(finding_json(finding, report) for finding in report.findings)]
    return "".join(json_text(line) + "\n" for line in lines)
