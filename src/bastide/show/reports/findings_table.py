"""The findings for a terminal, one line a resource, and a summary at the end.

By risk: the worst control first, one block each. By account or service: one block each, the one with the worst first.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bastide.model import Finding, Severity, Status
from bastide.show.reports.report import Report, name_of, place_text, shown
from bastide.show.reports.standings_table import standings
from bastide.show.reports.terminal import text_of

STYLES = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}
MOST_RESOURCES = 25  # of one control; the rest is counted and said


GROUPINGS: dict[str, Callable[[Finding], str]] = {
    "risk": lambda finding: finding.control,
    "account": lambda finding: f"{finding.account_name or finding.resource.account} ({finding.resource.account})",
    "service": lambda finding: finding.resource.type.split("::")[1],
}


def render(report: Report) -> str:
    """Findings grouped as the report says, then counts."""
    parts = _by_control(report) if report.grouped_by == "risk" else _by_place(report, GROUPINGS[report.grouped_by])
    return text_of(*parts, *standings(report), *summary(report))


def _by_place(report: Report, group: Callable[[Finding], str]) -> list[RenderableType]:
    """A block for each account or service, and in it the worst first."""
    blocks: dict[str, list[Finding]] = {}
    for finding in sorted(_listed(report), key=_order):
        blocks.setdefault(group(finding), []).append(finding)
    parts: list[RenderableType] = []
    for name, findings in blocks.items():
        failed = sum(finding.status is Status.FAIL for finding in findings)
        unknown = sum(finding.status is Status.UNKNOWN for finding in findings)
        parts.append(Text.assemble((shown(name), "bold"), f"  {failed} failed, {unknown} unknown"))
        table = Table.grid(padding=(0, 2))
        for finding in findings[:MOST_RESOURCES]:
            severity = "unknown" if finding.status is Status.UNKNOWN else str(finding.severity)
            place = Text(f"    {severity}", style=STYLES.get(finding.severity, ""))
            table.add_row(place, finding.control, shown(_what(finding)), shown(finding.reason))
        parts.append(table)
        if len(findings) > MOST_RESOURCES:
            parts.append(Text(f"    … and {len(findings) - MOST_RESOURCES} more"))
        parts.append(Text(""))
    return parts


def _by_control(report: Report) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for (status, severity, control), group in groupby(sorted(_listed(report), key=_order), _heading):
        parts += _block(status, severity, control, list(group), report)
    return parts


def _listed(report: Report) -> list[Finding]:
    """What is shown line by line: what is accepted only where everything is asked for."""
    whole = any(finding.status is Status.PASS for finding in report.findings)
    return [finding for finding in report.findings if whole or "suppressed" not in finding.evidence]


def _order(finding: Finding) -> tuple[bool, int, str, str]:
    """Failures before unknowns, the worst first, one control together."""
    return finding.status is not Status.FAIL, -finding.severity, finding.control, finding.account_name


def _heading(finding: Finding) -> tuple[Status, Severity, str]:
    return finding.status, finding.severity, finding.control


def _block(
    status: Status, severity: Severity, control: str, findings: list[Finding], report: Report
) -> list[RenderableType]:
    """One control with its resources and how to mend them."""
    style = "magenta" if status is Status.UNKNOWN else STYLES.get(severity, "")
    title = Text.assemble((f"{status} {severity}".ljust(15) + " ", style), (f"{control}  ", "bold"), findings[0].title)
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for finding in findings[:MOST_RESOURCES]:
        place = f"    {finding.account_name or finding.resource.account} {finding.resource.region}"
        path = f" ({finding.path})" if finding.path else ""
        table.add_row(shown(place), shown(_what(finding)), shown(f"{finding.reason}{path}"))
    parts: list[RenderableType] = [title, table]
    if len(findings) > MOST_RESOURCES:
        parts.append(Text(f"    … and {len(findings) - MOST_RESOURCES} more"))
    if status is Status.FAIL and findings[0].remediation:
        parts.append(Text(f"    fix  {findings[0].remediation}", style="dim"))
    return [*parts, Text("")]


def _what(finding: Finding) -> str:
    """The resource, and the line that decided."""
    kind = finding.resource.type.removeprefix("AWS::")
    return f"{kind} {name_of(finding)} {place_text(finding)}".rstrip()


def summary(report: Report) -> list[RenderableType]:
    """What was judged, with which result, and what could not be read."""
    counts = {status: report.counts.get(status, 0) for status in Status}
    severities = ", ".join(f"{number} {severity}" for severity, number in report.by_severity().items() if number)
    accepted = sum("suppressed" in finding.evidence for finding in report.findings)
    worst = f" ({severities})" if severities else ""
    lines: list[RenderableType] = [
        Text(
            f"{counts[Status.FAIL]} failed{'' if report.compared else worst}, "
            f"{counts[Status.UNKNOWN]} unknown, "
            f"{counts[Status.PASS]} passed, {counts[Status.NOT_APPLICABLE]} not applicable"
            f"{f' ({accepted} accepted)' if accepted else ''} "
            f"· {len(report.controls)} controls over {len(report.estate.resources):,} resources "
            f"· basis: {report.estate.basis}"
        )
    ]
    if report.compared:
        unread = f", {len(report.unknowns)} unknown" if report.unknowns else ""
        lines.append(Text(f"new against the baseline: {len(report.failures)} failed{worst}{unread}"))
    if report.delta:
        lines.append(Text(f"since {report.delta.since}: {report.delta.new} new, {report.delta.gone} gone"))
    if report.estate.gaps:
        lines.append(Text(f"{len(report.estate.gaps)} places could not be read:", style="magenta"))
        for gap in report.estate.gaps[:MOST_RESOURCES]:
            lines.append(
                Text(shown(f"    {report.estate.account_name(gap.account)} {gap.region} {gap.type}: {gap.reason}"))
            )
    return lines
