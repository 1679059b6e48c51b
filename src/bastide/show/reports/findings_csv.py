"""CSV with one line a finding; a cell that a spreadsheet would run as a formula is made text.

Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import io
import json
from functools import lru_cache

from bastide.model.serialize import to_json_value
from bastide.show.reports.report import Report, place_text, shown

COLUMNS = (
    "id", "status", "severity", "control", "title", "account", "account_name", "region", "type", "resource", "name",
    "arn", "reason", "path", "value", "remediation", "maps_to", "origin",
    "logical_id",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # the full-width ones, too, are run by some
CELLS = 4096  # titles, types and accounts stand in thousands of lines


def cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula, whatever spaces stand before it."""
    return _cell(str(value))


@lru_cache(CELLS)
def _cell(told: str) -> str:
    text = shown(told)
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def render(report: Report) -> str:
    """The findings as CSV with a header line."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)  # so that ; splits no cell either
    writer.writerow(COLUMNS)
    for finding in report.findings:
        key = finding.resource
        value = "" if finding.value is None else json.dumps(to_json_value(finding.value), ensure_ascii=False)
        row = (
            *(finding.id, finding.status, finding.severity, finding.control, finding.title),
            *(key.account, finding.account_name, key.region, key.type, key.id, finding.resource_name, finding.arn),
            *(finding.reason, finding.path, value, finding.remediation, " ".join(finding.maps_to)),
            *(place_text(finding) or finding.origin, finding.origin.detail),
        )
        writer.writerow([cell(item) for item in row])
    return buffer.getvalue()
