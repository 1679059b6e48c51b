"""SARIF 2.1.0, for code scanning: rules are controls, results are failures, places are lines of the declaring file.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bastide import __version__
from bastide.controls import Control
from bastide.model import Finding, Severity, Status
from bastide.show.reports.json_text import json_text
from bastide.show.reports.report import Report, name_of, place_of, shown

KINDS = {Status.FAIL: "fail", Status.UNKNOWN: "review", Status.PASS: "pass", Status.NOT_APPLICABLE: "notApplicable"}
LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}


def render(report: Report) -> str:
    """The findings as one SARIF run; only what failed has a level, what is UNKNOWN is of kind ``review``."""
    used = sorted({finding.control for finding in report.findings})
    rules = {name: number for number, name in enumerate(used)}
    results = [_result(finding, rules) for finding in report.findings]
    driver = {
        "name": "Bastide",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(name, report.controls.get(name)) for name in used],
    }
    run: dict[str, Any] = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    if report.notes:
        told = [{"level": "warning", "message": {"text": shown(note)}} for note in report.notes]
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": told}]
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json_text(document, 2)


def _rule(name: str, control: Control | None) -> dict[str, Any]:
    if control is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": control.title},
        "help": {"text": f"{control.remediation} Source: {control.source}"},
        "defaultConfiguration": {"level": LEVELS.get(control.severity, "note")},
        "properties": {
            "tags": ["security", *control.maps_to],
            "security-severity": SCORES.get(control.severity, "0.0"),
        },
    }


def _result(finding: Finding, rules: dict[str, int]) -> dict[str, Any]:
    key = finding.resource
    name = {"name": shown(name_of(finding)), "fullyQualifiedName": finding.arn or str(key), "kind": "resource"}
    location: dict[str, Any] = {"logicalLocations": [name]}
    file, line = place_of(finding)
    if file:
        column = finding.origin.column if line == finding.origin.line else 1
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(file.replace("\\", "/"), safe="/:")},
            "region": {"startLine": max(line, 1), "startColumn": max(column, 1)},
        }
    accepted = finding.evidence.get("suppressed")
    failed = finding.status is Status.FAIL or accepted is not None
    result = {
        "ruleId": finding.control,
        "ruleIndex": rules[finding.control],
        "kind": "fail" if failed else KINDS[finding.status],
        "level": LEVELS.get(finding.severity, "note") if failed else "none",
        "message": {"text": shown(f"{name_of(finding)}: {finding.reason or finding.title}")},
        "locations": [location],
        "partialFingerprints": {"bastideFinding/v1": finding.id},
        "properties": {"account": key.account, "region": key.region, "type": key.type, "path": finding.path},
    }
    if accepted is not None:
        result["suppressions"] = [{"kind": "inSource", "status": "accepted", "justification": shown(accepted)}]
    return result
