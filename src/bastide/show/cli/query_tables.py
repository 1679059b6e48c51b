"""What a workspace adds to the lake's tables: findings of the last assessments, exemptions, and runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bastide.errors import InputError
from bastide.lake.engine import Source
from bastide.lake.table import Column
from bastide.model.serialize import to_json_value

if TYPE_CHECKING:
    from bastide.model import Finding
    from bastide.show.workspace import Workspace
    from bastide.store import Run

FINDINGS = "control_findings"
EXEMPTIONS = "exemptions"
RUNS = "runs"

COLUMNS: dict[str, tuple[Column, ...]] = {
    FINDINGS: (
        Column("id", "string", "the finding's id, stable over runs"),
        Column("target", "string", "the target that was assessed"),
        Column("control", "string", "the control"),
        Column("title", "string", "what the control asks for"),
        Column("severity", "string", "informational, low, medium, high or critical"),
        Column("severity_id", "int", "the severity as a number, 0 to 4"),
        Column("status", "string", "FAIL, UNKNOWN, PASS or NOT_APPLICABLE"),
        Column("account", "string", "the resource's account"),
        Column("account_name", "string", "that account's name"),
        Column("region", "string", "the resource's Region"),
        Column("resource_type", "string", "the resource's CloudFormation type"),
        Column("resource_id", "string", "its primary identifier"),
        Column("arn", "string", "its ARN"),
        Column("reason", "string", "why the control says so"),
        Column("path", "string", "the property that decided"),
        Column("maps_to", "json", "requirements of standards"),
        Column("basis", "string", "what the verdict stands on: model, sandbox or live"),
        Column("evidence", "json", "what was seen"),
    ),
    EXEMPTIONS: (
        Column("guardrail", "string", "the guardrail that does not bind, or null"),
        Column("control", "string", "the control (or pattern) that does not count, or null"),
        Column("at", "string", "unit, account or * where it does not"),
        Column("why", "string", "the reason"),
        Column("until", "string", "the day on which the exemption ends"),
    ),
    RUNS: (
        Column("id", "string", "the run"),
        Column("kind", "string", "apply, undo or assess"),
        Column("target", "string", "the target"),
        Column("status", "string", "how it ended"),
        Column("started_at", "timestamp", "when it began"),
        Column("ended_at", "timestamp", "when it ended; null while it runs"),
        Column("undoes", "string", "the run that it takes back"),
    ),
}
_ABOUT = {
    FINDINGS: "What Bastide's controls said in the last assessment of each target.",
    EXEMPTIONS: "Guardrails that do not bind somewhere, as the architecture file says.",
    RUNS: "What Bastide did.",
}


def other_sources(place: Workspace) -> Mapping[str, Callable[[], Source]]:
    """The workspace's tables by name; each is read when it is asked for."""
    return {
        FINDINGS: lambda: _source(FINDINGS, _findings(place)),
        EXEMPTIONS: lambda: _source(EXEMPTIONS, _exemptions(place)),
        RUNS: lambda: _source(RUNS, [_run(run) for run in place.store.runs()] if place.has_store else []),
    }


def _source(name: str, rows: list[dict[str, Any]]) -> Source:
    return Source(name, _ABOUT[name], COLUMNS[name], rows=rows)


def _findings(place: Workspace) -> list[dict[str, Any]]:
    if not place.has_store:
        return []
    targets = sorted({run.target for run in place.store.runs()})
    return [_finding(target, finding) for target in targets for finding in place.store.findings(target)]


def _finding(target: str, finding: Finding) -> dict[str, Any]:
    key = finding.resource
    return {
        "id": finding.id,
        "target": target,
        "control": finding.control,
        "title": finding.title,
        "severity": str(finding.severity),
        "severity_id": int(finding.severity),
        "status": str(finding.status),
        "account": key.account,
        "account_name": finding.account_name,
        "region": key.region,
        "resource_type": key.type,
        "resource_id": key.id,
        "arn": finding.arn,
        "reason": finding.reason,
        "path": finding.path,
        "maps_to": json.dumps(list(finding.maps_to)),
        "basis": finding.basis,
        "evidence": json.dumps(to_json_value(dict(finding.evidence)), default=str),
    }


def _exemptions(place: Workspace) -> list[dict[str, Any]]:
    if not place.settings.file.exists():
        return []
    declared = place.declaration.architecture.exempt
    return [
        {
            "guardrail": one.guardrail or None,
            "control": one.control or None,
            "at": one.at,
            "why": one.why,
            "until": one.until,
        }
        for one in declared
    ]


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "kind": run.kind,
        "target": run.target,
        "status": str(run.status),
        "started_at": _moment(run.started_at),
        "ended_at": _moment(run.ended_at),
        "undoes": run.undoes or None,
    }


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise InputError(f"the database holds a time that is none: {text!r}", "runs") from wrong
