"""JSON, schema ``bastide.findings/1``: the shape that other programs may rely on."""

from __future__ import annotations

from typing import Any

from bastide.model import Finding, Origin
from bastide.model.serialize import to_json_value
from bastide.show.reports.json_text import json_text
from bastide.show.reports.report import Delta, Report
from bastide.standards import Standing
from bastide.standards.evidence import standing_json

SCHEMA = "bastide.findings/1"


def render(report: Report) -> str:
    """The report as indented JSON with sorted findings."""
    findings = [finding_json(finding, report) for finding in report.findings]
    healed = [finding_json(finding, report) for finding in report.healed]
    return json_text({**summary_json(report), "findings": findings, "healed": healed}, 2)


def summary_json(report: Report) -> dict[str, Any]:
    """All of a report but its findings, as JSON values."""
    return {
        "schema": SCHEMA,
        "generated_at": report.generated_at,
        "basis": report.estate.basis,
        "counts": {str(status): number for status, number in sorted(report.counts.items())},
        "delta": _delta(report.delta),
        "skipped": [{"type": kind, "count": count} for kind, count in sorted(report.skipped.items())],
        "notes": list(report.notes),
        "gaps": [
            {"type": gap.type, "account": gap.account, "region": gap.region, "reason": gap.reason, "action": gap.action}
            for gap in report.estate.gaps
        ],
        **({"standards": [_standing(one, report) for one in report.standings]} if report.standings else {}),
    }


def _delta(delta: Delta | None) -> dict[str, Any] | None:
    return {"since": delta.since, "new": delta.new, "gone": delta.gone} if delta else None


def _standing(one: Standing, report: Report) -> dict[str, Any]:
    before = report.scores_before.get(one.standard.slug, ())
    return standing_json(one) | {"scores_before": [{"run": kept.run, "at": kept.at, **kept.body} for kept in before]}


def finding_json(finding: Finding, report: Report) -> dict[str, Any]:
    """One finding as JSON values."""
    control = report.controls.get(finding.control)
    return {
        "id": finding.id,
        "control": finding.control,
        "title": finding.title,
        "maps_to": list(finding.maps_to),
        "config_rule": control.config_rule if control else "",
        "severity": str(finding.severity),
        "status": str(finding.status),
        "resource": {
            "type": finding.resource.type,
            "account": finding.resource.account,
            "account_name": finding.account_name,
            "region": finding.resource.region,
            "id": finding.resource.id,
            "name": finding.resource_name,
            "arn": finding.arn,
            "logical_id": finding.origin.detail,
            "origin": _origin(finding.origin),
        },
        "message": finding.reason,
        "evidence": {
            "path": finding.path,
            "value": to_json_value(finding.value),
            **to_json_value(dict(finding.evidence)),
        },
        "remediation": finding.remediation,
    }


def _origin(origin: Origin) -> dict[str, Any]:
    """Where a resource's facts are from; of an observed one also when it was read, which need not be today."""
    told = {"source": origin.source, "file": origin.file, "line": origin.line}
    return told | ({"read_at": origin.read_at} if origin.read_at else {})
