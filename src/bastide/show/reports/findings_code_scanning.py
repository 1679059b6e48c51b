"""SARIF as GitHub's code scanning takes it: what is open, and nothing that it would misread.

The one idea: code scanning makes an alert of every result, whatever its ``kind`` and its ``suppressions`` say, and
takes an alert's severity from its rule. So what passed or is accepted is left out, and what is UNKNOWN is a note of a
rule of its own (``<control>/unknown``): not a critical alert, and not one that closes because nobody could look.

Source: GitHub Docs, "SARIF support for code scanning"; "SARIF results exceed one or more limits".
"""

from __future__ import annotations

from typing import Any

from bastide.controls import Control
from bastide.model import Finding, Status
from bastide.show.reports import findings_sarif
from bastide.show.reports.report import Report, name_of, shown

MOST_RESULTS = 25_000  # a run with more is refused


def render(report: Report) -> str:
    """The open findings as one SARIF run, the worst first, within GitHub's limits; what did not fit is told."""
    open_now = [one for one in report.findings if one.status in {Status.FAIL, Status.UNKNOWN}]
    ordered = sorted(open_now, key=lambda one: (one.status is Status.UNKNOWN, -one.severity))
    kept, left = ordered[:MOST_RESULTS], len(ordered[MOST_RESULTS:])
    used = sorted({(one.control, one.status is Status.UNKNOWN) for one in kept})
    index = {pair: number for number, pair in enumerate(used)}
    rules = [_rule(name, report.controls.get(name), unknown) for name, unknown in used]
    results = [_result(one, index[one.control, one.status is Status.UNKNOWN], report.folder) for one in kept]
    notes = [f"{left} more results were left out: code scanning takes {MOST_RESULTS}"] if left else []
    return findings_sarif.document(report, rules, results, *notes)


def _rule(name: str, control: Control | None, unknown: bool) -> dict[str, Any]:
    rule = findings_sarif.rule_of(name, control)
    if not unknown:
        return rule
    title = control.title if control else name
    rule |= {"id": f"{name}/unknown", "shortDescription": {"text": f"Not known: {title}"}}
    rule["defaultConfiguration"] = {"level": "note"}
    if "properties" in rule:
        rule["properties"] = {"tags": rule["properties"]["tags"]}  # without a security severity it is a note
    return rule


def _result(finding: Finding, rule: int, folder: str) -> dict[str, Any]:
    result = findings_sarif.result_of(finding, rule, folder)
    if finding.status is Status.UNKNOWN:
        text = f"{name_of(finding)}: it is not known whether this holds: {finding.reason or finding.title}"
        result |= {"ruleId": f"{finding.control}/unknown", "kind": "fail", "level": "note"}
        result["message"] = {"text": shown(text)}
    return result
