"""The attack matrix: for a terminal, as JSON, and as one HTML file that needs no network.

One idea: a row says first what stopped the attack, or that nothing did and what would have; then who saw it.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bastide import __version__
from bastide.attack.matrix import Matrix
from bastide.attack.result import FAILED, MISSED, NOT_PLAYED, NOT_YET, PREVENTED, RECORDED, Result
from bastide.show.reports.html_page import page_template
from bastide.show.reports.json_text import json_text
from bastide.show.reports.report import shown
from bastide.show.reports.terminal import text_of

STYLES = {PREVENTED: "green", RECORDED: "yellow", MISSED: "bold red", FAILED: "magenta", NOT_PLAYED: "dim"}
# The report's colours, by the names that its style sheet has.
CLASSES = {PREVENTED: "pass", RECORDED: "medium", MISSED: "critical", FAILED: "unknown", NOT_PLAYED: "soft"}


def table(matrix: Matrix) -> str:
    """The matrix, then what is not prevented and why, then counts."""
    grid = Table(box=None, pad_edge=False)
    for heading in ("tactic", "technique", "MITRE", "result", "prevented by", "recorded", "detected", "contained"):
        grid.add_column(heading, overflow="fold")
    for tactic, group in groupby(matrix.results, lambda one: one.technique.tactic):
        for number, one in enumerate(group):
            grid.add_row(tactic if not number else "", *_cells(one))
    return text_of(_heading(matrix), grid, Text(""), *_left_open(matrix), *_surprises(matrix), _summary(matrix))


def _cells(one: Result) -> tuple[RenderableType, ...]:
    style = STYLES[one.status]
    by = one.refusal.by if one.refusal and one.outcome == PREVENTED else ""
    seen = "yes" if one.recorded else "no"
    return (
        one.technique.id,
        one.technique.mitre[0],
        Text(one.status, style=style),
        shown(by),
        "" if one.outcome == NOT_PLAYED else seen,
        NOT_YET,
        NOT_YET,
    )


def _heading(matrix: Matrix) -> Text:
    guarded = "without guardrails" if matrix.bare else f"{len(matrix.in_force)} guardrails in force"
    return Text(f"{matrix.organization}, account {matrix.victim}, {guarded}\n", style="bold")


def _left_open(matrix: Matrix) -> list[RenderableType]:
    """What worked, with what would prevent it."""
    worked = [one for one in matrix.results if one.remedy]
    if not worked:
        return []
    grid = Table.grid(padding=(0, 2))
    grid.add_column(overflow="fold")
    grid.add_column(overflow="fold")
    for one in worked:
        grid.add_row(f"  {one.technique.id}", shown(one.remedy))
    return [Text("Not prevented", style="bold"), grid, Text("")]


def _surprises(matrix: Matrix) -> list[RenderableType]:
    if not matrix.unexpected:
        return []
    lines = [Text("Otherwise than their files say", style="bold magenta")]
    lines += [Text(shown(f"  {one.technique.id}: {one.outcome} {one.why}")) for one in matrix.unexpected]
    return [*lines, Text("")]


def _summary(matrix: Matrix) -> Text:
    said = ", ".join(f"{number} {status}" for status, number in matrix.counts.items() if number)
    return Text(f"{len(matrix.results)} techniques: {said} · basis: {matrix.basis}")


def as_json(matrix: Matrix) -> str:
    """The matrix in its documented shape."""
    return json_text(matrix.as_json(), indent=2)


def html(matrix: Matrix) -> str:
    """The page."""
    return page_template("attack.html.j2").render(
        matrix=matrix,
        rows=[(tactic, list(group)) for tactic, group in groupby(matrix.results, lambda one: one.technique.tactic)],
        worked=[one for one in matrix.results if one.remedy],
        classes=CLASSES,
        not_yet=NOT_YET,
        version=__version__,
        style=_style(),
        digest="sha256-" + base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode(),
    )


@cache
def _style() -> str:
    return (files("bastide.show.reports") / "report.css").read_text(encoding="utf-8")


FORMATS = {"table": table, "json": as_json, "html": html}
