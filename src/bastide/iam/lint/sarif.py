"""A lint report as SARIF 2.1.0, for code scanning, and as plain JSON values.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from bastide.iam.lint.rule import LintRule, all_lint_rules
from bastide.iam.lint.run import Issue, LintReport
from bastide.iam.lint.subject import LintSeverity

LEVELS = {LintSeverity.ERROR: "error", LintSeverity.SECURITY_WARNING: "warning", LintSeverity.WARNING: "warning"}
SCORES = {LintSeverity.SECURITY_WARNING: "7.0", LintSeverity.ERROR: "5.0", LintSeverity.WARNING: "3.0"}


def sarif(reports: Sequence[LintReport], version: str) -> dict[str, Any]:
    """One SARIF run of all reports; only rules that found something are listed. ``version`` is Bastide's."""
    used = sorted({issue.rule for report in reports for issue in report.issues})
    known = {rule.id: rule for rule in all_lint_rules()}
    numbers = {name: number for number, name in enumerate(used)}
    driver = {"name": "Bastide", "version": version, "rules": [_rule(known[name]) for name in used]}
    results = [_result(issue, report, numbers) for report in reports for issue in report.issues]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def plain(report: LintReport) -> dict[str, Any]:
    """The report as JSON values: file, kind, issues (rule, severity, message, fix, place) and notes."""
    return {
        "file": report.where,
        "kind": report.kind,
        "issues": [
            {
                "rule": issue.rule,
                "severity": issue.severity.value,
                "message": issue.message,
                "fix": issue.fix,
                "line": issue.position.line,
                "column": issue.position.column,
                "pointer": issue.position.pointer,
                "sid": issue.sid,
            }
            for issue in report.issues
        ],
        "notes": list(report.notes),
    }


def _rule(rule: LintRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": f"{rule.fix}. Source: {rule.source}."},
        "defaultConfiguration": {"level": LEVELS.get(rule.severity, "note")},
        "properties": {
            "tags": ["security", *([f"access-analyzer:{rule.analyzer}"] if rule.analyzer else [])],
            "security-severity": SCORES.get(rule.severity, "0.0"),
        },
    }


def _result(issue: Issue, report: LintReport, numbers: dict[str, int]) -> dict[str, Any]:
    place = issue.position
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": place.pointer or "/", "kind": "element"}]}
    if report.where and report.where != "-":
        location["physicalLocation"] = {
            "artifactLocation": {"uri": quote(report.where.replace("\\", "/"), safe="/:")},
            "region": {"startLine": max(place.line, 1), "startColumn": max(place.column, 1)},
        }
    return {
        "ruleId": issue.rule,
        "ruleIndex": numbers[issue.rule],
        "level": LEVELS.get(issue.severity, "note"),
        "message": {"text": f"{issue.message}. Fix: {issue.fix}"},
        "locations": [location],
        "properties": {"kind": report.kind, "severity": issue.severity.value},
    }
