"""One HTML file that needs no network: organization tree, guardrails, findings by severity and account, what healed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jinja2

from bastide import __version__
from bastide.model import Finding, Organization, Severity, Status
from bastide.show.reports.report import Report, shown

MOST_ROWS = 20_000  # findings written into one page; beyond that the page says how many were left out
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
    return _template().render(
        report=report,
        version=__version__,
        severities=sorted(Severity, reverse=True),
        counts={str(status): report.counts.get(status, 0) for status in Status},
        tree=tree(report),
        rows=[row(finding) for finding in report.findings[:MOST_ROWS]],
        left_out=max(0, len(report.findings) - MOST_ROWS),
        healed=[row(finding) for finding in report.healed],
        accounts=accounts(report),
        gaps=[(report.estate.account_name(gap.account), gap) for gap in report.estate.gaps],
    )


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bastide.show.reports", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    return environment.get_template("report.html.j2")


def row(finding: Finding) -> dict[str, Any]:
    """What the table shows of a finding."""
    return {
        "status": str(finding.status),
        "severity": str(finding.severity),
        "rank": int(finding.severity) if finding.status is Status.FAIL else -1,
        "control": finding.control,
        "title": finding.title,
        "account": finding.account_name or finding.resource.account,
        "region": finding.resource.region,
        "type": finding.resource.type,
        "resource": finding.resource_name or finding.resource.id,
        "id": finding.resource.id,
        "reason": finding.reason,
        "path": finding.path,
        "remediation": finding.remediation,
        "maps_to": " ".join(finding.maps_to),
        "origin": str(finding.origin) if finding.origin.file else "",
    }


def accounts(report: Report) -> list[tuple[str, dict[str, int], int]]:
    """Accounts with their failures by severity and their unknowns, the worst first."""
    failures: dict[str, Counter[Severity]] = defaultdict(Counter)
    unknown: Counter[str] = Counter()
    for finding in report.findings:
        if finding.status is Status.FAIL:
            failures[finding.resource.account][finding.severity] += 1
        elif finding.status is Status.UNKNOWN:
            unknown[finding.resource.account] += 1
    known = {account.id for account in report.estate.organization.accounts} if report.estate.organization else set()
    order = sorted(
        known | set(failures) | set(unknown), key=lambda one: (_badness(failures[one]), unknown[one], one), reverse=True
    )
    return [
        (
            report.estate.account_name(account),
            {str(level): number for level, number in failures[account].items()},
            unknown[account],
        )
        for account in order
    ]


def _badness(failures: Counter[Severity]) -> tuple[int, ...]:
    return tuple(failures[severity] for severity in sorted(Severity, reverse=True))


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
