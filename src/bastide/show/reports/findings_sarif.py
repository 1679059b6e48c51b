"""SARIF 2.1.0, for code scanning: rules are controls, results are failures, places are lines of the declaring file.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

from typing import Any

from bastide import __version__
from bastide.controls import Control
from bastide.model import Finding, Severity, Status
from bastide.show.reports.json_text import json_text
from bastide.show.reports.report import Report, name_of, place_of, shown, uri_of

KINDS = {Status.FAIL: "fail", Status.UNKNOWN: "review", Status.PASS: "pass", Status.NOT_APPLICABLE: "notApplicable"}
LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}
MOST_TAGS = 20  # GitHub refuses the file of a rule with more
MOST_TEXT = 1024
SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}


def render(report: Report) -> str:
    """The findings as one SARIF run; only what failed has a level, what is UNKNOWN is of kind ``review``."""
    used = sorted({finding.control for finding in report.findings})
    rules = {name: number for number, name in enumerate(used)}
    results = [result_of(finding, rules[finding.control], report.folder) for finding in report.findings]
    return document(report, [rule_of(name, report.controls.get(name)) for name in used], results)


def document(report: Report, rules: list[dict[str, Any]], results: list[dict[str, Any]], *notes: str) -> str:
    """A log with one run; what the report notes, and ``notes``, are told as notifications."""
    driver = {"name": "Bastide", "version": __version__, "semanticVersion": __version__, "rules": rules}
    run: dict[str, Any] = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    told = [{"level": "warning", "message": {"text": shown(note)}} for note in (*report.notes, *notes)]
    if told:
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": told}]
    return json_text({"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}, 2)


def rule_of(name: str, control: Control | None) -> dict[str, Any]:
    """The descriptor of a control; of one that is not known any more, its name."""
    if control is None:
        return {"id": name}
    asked = f"AWS Config asks the same by {control.config_rule}. " if control.config_rule else ""
    return {
        "id": name,
        "shortDescription": {"text": control.title},
        "fullDescription": {"text": f"{control.title}. {asked}Source: {control.source}"[:MOST_TEXT]},
        "help": {
            "text": f"{control.remediation} Source: {control.source}",
            "markdown": f"{control.remediation}\n\nMore: `bastide explain {name}`\n\nSource: {control.source}",
        },
        "defaultConfiguration": {"level": LEVELS.get(control.severity, "note")},
        "properties": {
            "tags": ["security", *control.maps_to][:MOST_TAGS],
            "security-severity": SCORES.get(control.severity, "0.0"),
        },
    }


def result_of(finding: Finding, rule: int, folder: str) -> dict[str, Any]:
    """One finding as a result of the rule at index ``rule``; what is accepted is suppressed."""
    key = finding.resource
    accepted = finding.evidence.get("suppressed")
    failed = finding.status is Status.FAIL or accepted is not None
    result = {
        "ruleId": finding.control,
        "ruleIndex": rule,
        "kind": "fail" if failed else KINDS[finding.status],
        "level": LEVELS.get(finding.severity, "note") if failed else "none",
        "message": {"text": shown(f"{name_of(finding)}: {finding.reason or finding.title}")},
        "locations": [_location(finding, folder)],
        "partialFingerprints": {"bastideFinding/v1": finding.id},
        "properties": {"account": key.account, "region": key.region, "type": key.type, "path": finding.path},
    }
    if accepted is not None:
        kind = "inSource" if finding.origin.source == "template" else "external"
        result["suppressions"] = [{"kind": kind, "status": "accepted", "justification": shown(accepted)}]
    return result


def _location(finding: Finding, folder: str) -> dict[str, Any]:
    name = {"name": shown(name_of(finding)), "fullyQualifiedName": finding.arn or str(finding.resource)}
    location: dict[str, Any] = {"logicalLocations": [name | {"kind": "resource"}]}
    file, line = place_of(finding)
    if file:
        column = finding.origin.column if line == finding.origin.line else 1
        location["physicalLocation"] = {
            "artifactLocation": {"uri": uri_of(file, folder)},
            "region": {"startLine": max(line, 1), "startColumn": max(column, 1)},
        }
    return location
