"""One HTML file that needs no network: organization tree, guardrails, findings by severity and account, what healed."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from bastide import __version__
from bastide.model import Finding, Organization, Severity, Status
from bastide.show.reports.html_page import page_template
from bastide.show.reports.html_rows import packed, script_json
from bastide.show.reports.report import Report
from bastide.show.reports.standings_table import answer_class, note, percent, score_text

MOST = 300  # lines of any table but that of findings
MANAGED = "FullAWSAccess"


@dataclass
class Node:
    """One unit or account of the tree, with its own policies and the failures in it."""

    name: str
    kind: str  # root | unit | account
    id: str
    policies: list[str]
    failures: Counter[Severity] = field(default_factory=Counter)
    unknown: int = 0
    children: list[Node] = field(default_factory=list)


def render(report: Report) -> str:
    """The page."""
    data = packed(report.findings)
    return page_template("report.html.j2").render(
        report=report,
        version=__version__,
        most=MOST,
        severities=sorted(Severity, reverse=True),
        by_severity=report.by_severity(),
        counts={str(status): report.counts.get(status, 0) for status in Status},
        bar=bar(report),
        tree=tree(report),
        accounts=accounts(report),
        controls=controls(report),
        gaps=[(report.estate.account_name(gap.account), gap) for gap in report.estate.gaps],
        data=data,
        data_json=script_json(data),
        left_out=len(report.findings) - len(data["rows"]),
        style=_file("report.css"),
        script=_file("report.js"),
        hash=digest,
        score_text=score_text,
        percent=percent,
        note=note,
        answer_class=answer_class,
    )


@cache
def _file(name: str) -> str:
    return (files("bastide.show.reports") / name).read_text(encoding="utf-8")


def digest(text: str) -> str:
    """The hash by which the page's content policy allows this one inline element and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def bar(report: Report) -> list[tuple[str, float, float]]:
    """Name, start and width (of 1000) of each part of the bar: failures by severity, unknown, passed."""
    numbers = [(str(severity), number) for severity, number in report.by_severity().items()]
    numbers += [("unknown", report.counts.get(Status.UNKNOWN, 0)), ("pass", report.counts.get(Status.PASS, 0))]
    total = sum(number for _, number in numbers)
    parts, start = [], 0.0
    for name, number in numbers:
        if number:
            width = number / total * 1000
            parts.append((name, round(start, 2), round(max(width, 2), 2)))
            start += width
    return parts


def accounts(report: Report) -> list[tuple[str, Counter[Severity], int]]:
    """Accounts with their failures by severity and their unknowns, the worst first."""
    failures: dict[str, Counter[Severity]] = defaultdict(Counter)
    unknown: Counter[str] = Counter()
    for finding in report.findings:
        if finding.status is Status.FAIL:
            failures[finding.resource.account][finding.severity] += 1
        elif finding.status is Status.UNKNOWN:
            unknown[finding.resource.account] += 1
    known = {account.id for account in report.estate.organization.accounts} if report.estate.organization else set()
    everyone = sorted(known | set(failures) | set(unknown))
    order = sorted(everyone, key=lambda one: (_badness(failures[one]), unknown[one]), reverse=True)
    return [(report.estate.account_name(account), failures[account], unknown[account]) for account in order]


def _badness(failures: Counter[Severity]) -> tuple[int, ...]:
    return tuple(failures[severity] for severity in sorted(Severity, reverse=True))


@dataclass
class ControlLine:
    """One control that failed or could not decide somewhere, and how often."""

    id: str
    title: str
    severity: Severity
    remediation: str
    failed: int = 0
    unknown: int = 0


def controls(report: Report) -> list[ControlLine]:
    """Controls with failures or unknowns: those that failed first, by severity, then by how often."""
    lines: dict[str, ControlLine] = {}
    for finding in report.findings:
        if finding.status not in (Status.FAIL, Status.UNKNOWN):
            continue
        new = ControlLine(finding.control, finding.title, finding.severity, finding.remediation)
        line = lines.setdefault(finding.control, new)
        line.failed += finding.status is Status.FAIL
        line.unknown += finding.status is Status.UNKNOWN
    return sorted(lines.values(), key=lambda one: (not one.failed, -one.severity, -one.failed, one.id))


def tree(report: Report) -> Node | None:
    """The organization with policies and failures at every node; None when there is no organization."""
    organization = report.estate.organization
    if organization is None:
        return None
    nodes = {
        organization.root_id: Node("Root", "root", organization.root_id, _policies(organization, organization.root_id))
    }
    for unit in organization.units:
        nodes[unit.id] = Node(unit.name, "unit", unit.id, _policies(organization, unit.id))
    for account in organization.accounts:
        nodes[account.id] = Node(account.name, "account", account.id, _policies(organization, account.id))
    for unit in sorted(organization.units, key=lambda one: one.path):
        nodes[unit.parent_id].children.append(nodes[unit.id])
    for account in sorted(organization.accounts, key=lambda one: one.name):
        nodes.get(account.parent_id, nodes[organization.root_id]).children.append(nodes[account.id])
    _count(report.findings, nodes)
    return nodes[organization.root_id]


def _policies(organization: Organization, node: str) -> list[str]:
    return sorted(policy.name for policy in organization.policies_by_target.get(node, ()) if MANAGED not in policy.name)


def _count(findings: Iterable[Finding], nodes: dict[str, Node]) -> None:
    for finding in findings:
        node = nodes.get(finding.resource.account)
        if node and finding.status is Status.FAIL:
            node.failures[finding.severity] += 1
        elif node and finding.status is Status.UNKNOWN:
            node.unknown += 1
