"""Findings as the compact JSON that the HTML page draws its table from: words once, rows as numbers.

The one idea: a page for 50,000 findings has to stay under 5 MB, and one row of markup alone costs 300 bytes. So every
distinct text is written once, and a row is ten numbers. It draws nothing itself; ``report.js`` does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from bastide.model import Finding, Severity, Status
from bastide.show.reports.report import name_of, place_text, shown

MOST_ROWS = 50_000
MOST_BYTES = 4_300_000  # of rows and words together, so that a page is at most 5 MB
LONGEST = 400  # characters of one text on the page; the JSON output holds it whole
STATUSES = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


class Words:
    """Distinct texts in the order of their first use, and what they weigh."""

    def __init__(self) -> None:
        """No words but the empty one, which is number 0."""
        self.numbers: dict[str, int] = {"": 0}
        self.weight = 0

    def number(self, text: object) -> int:
        """The number of a text, cut to what the page can show."""
        word = cut(text)
        if word not in self.numbers:
            self.numbers[word] = len(self.numbers)
            self.weight += len(script_json(word).encode()) + 1
        return self.numbers[word]


def cut(text: object) -> str:
    """A text without control characters and at most ``LONGEST`` characters long."""
    whole = shown(text)
    return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}…"


def order(finding: Finding) -> tuple[int, int]:
    """Failures before what is unknown, and the worst first; all else as it came."""
    return STATUSES.index(finding.status), -finding.severity


def packed(findings: Iterable[Finding]) -> dict[str, Any]:
    """``words``, ``controls`` (id, title, severity, mappings, remediation), ``rows`` and names, as JSON values.

    A row: status, control, then numbers of words: account, region, type, resource, id, reason, path, origin. Rows end
    where the page would grow too large.
    """
    words = Words()
    controls: dict[str, int] = {}
    facts: list[list[object]] = []
    rows: list[list[int]] = []
    weight = 0
    for finding in sorted(findings, key=order):
        if len(rows) >= MOST_ROWS or words.weight + weight > MOST_BYTES:
            break
        if finding.control not in controls:
            controls[finding.control] = len(facts)
            facts.append(_control(finding))
        row = [STATUSES.index(finding.status), controls[finding.control], *map(words.number, _texts(finding))]
        weight += len(script_json(row)) + 1
        rows.append(row)
    return {
        "statuses": [str(status) for status in STATUSES],
        "severities": [str(severity) for severity in sorted(Severity)],
        "words": list(words.numbers),
        "controls": facts,
        "rows": rows,
    }


def _control(finding: Finding) -> list[object]:
    maps_to = " ".join(finding.maps_to)
    return [finding.control, cut(finding.title), int(finding.severity), cut(maps_to), cut(finding.remediation)]


def _texts(finding: Finding) -> tuple[object, ...]:
    key = finding.resource
    name = name_of(finding)
    return (
        finding.account_name or key.account,
        key.region,
        key.type,
        name,
        "" if key.id == name else key.id,
        finding.reason,
        finding.path,
        place_text(finding),
    )


def script_json(value: Any) -> str:
    """JSON that may stand inside a ``<script>`` element: no ``<``, ``>`` or ``&`` comes out as itself."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
