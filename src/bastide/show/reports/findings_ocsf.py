"""OCSF 1.3 Compliance Finding (class 2003), one event a finding, as a JSON array.

Source: Open Cybersecurity Schema Framework, "Compliance Finding [2003]".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bastide import __version__
from bastide.model import Finding, Severity, Status
from bastide.show.reports.json_text import json_text
from bastide.show.reports.report import Report, name_of

CLASS = 2003
CATEGORY = 2  # Findings
CREATE = 1  # activity_id
SEVERITIES = {
    Severity.INFORMATIONAL: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
STATUSES = {Status.PASS: (1, "Pass"), Status.UNKNOWN: (0, "Unknown"), Status.FAIL: (3, "Fail")}
OTHER = 99  # whose word is the source's own
NEW, SUPPRESSED = (1, "New"), (3, "Suppressed")


def render(report: Report) -> str:
    """The findings as OCSF events."""
    moment = int(datetime.fromisoformat(report.generated_at.replace("Z", "+00:00")).timestamp() * 1000)
    return json_text([_event(finding, moment) for finding in report.findings], 1)


def _event(finding: Finding, moment: int) -> dict[str, Any]:
    severity_id, severity = SEVERITIES[finding.severity]
    judged_id, judged = STATUSES.get(finding.status, (OTHER, str(finding.status)))
    status_id, status = SUPPRESSED if "suppressed" in finding.evidence else NEW
    key = finding.resource
    return {
        "activity_id": CREATE,
        "activity_name": "Create",
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + CREATE,
        "type_name": "Compliance Finding: Create",
        "time": moment,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": finding.reason or finding.title,
        "metadata": {
            "version": "1.3.0",
            "product": {"name": "Bastide", "vendor_name": "Bastide", "version": __version__},
            "profiles": ["cloud"],
            "uid": finding.id,
        },
        "finding_info": {
            "uid": finding.id,
            "title": finding.title,
            "desc": finding.reason or finding.title,
            "types": ["Software and Configuration Checks"],
            "created_time": moment,
        },
        "compliance": {
            "control": finding.control,
            "requirements": list(finding.maps_to),
            "standards": sorted({name.split(":")[0] for name in finding.maps_to}),
            "status_id": judged_id,
            "status": judged,
            "status_detail": finding.path,
        },
        "remediation": {"desc": finding.remediation},
        "cloud": {
            "provider": "AWS",
            "region": key.region,
            "account": {"uid": key.account, "name": finding.account_name, "type": "AWS Account", "type_id": 10},
        },
        "resources": [{"uid": finding.arn or key.id, "name": name_of(finding), "type": key.type, "region": key.region}],
    }
