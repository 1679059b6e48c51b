"""How an estate stands against standards, for a terminal: scores, then one line a requirement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from bastide.model import Estate, Status
from bastide.show.reports.report import Report, shown
from bastide.standards import Answer, Outcome, Score, Standing

STYLES = {
    Answer.PASS: "green",
    Answer.FAIL: "red",
    Answer.UNKNOWN: "magenta",
    Answer.PARTLY: "yellow",
    Answer.NOT_COVERED: "yellow",
}
MOST_BEFORE = 5  # earlier scores


def standings(report: Report) -> list[RenderableType]:
    """The standards of a report, one after the other; nothing where it has none."""
    return [part for one in report.standings for part in _standing(one, report)]


def _standing(one: Standing, report: Report) -> Iterable[RenderableType]:
    answers = ", ".join(f"{number} {str(answer).lower()}" for answer, number in one.by_answer.items() if number)
    yield Text(one.standard.title, style="bold")
    yield Text(shown(f"    {len(one.outcomes)} requirements: {answers}"))
    yield Text(f"    {score_text(one.score)}")
    before = report.scores_before.get(one.standard.slug, ())[-MOST_BEFORE:]
    if before:
        yield Text("    before: " + ", ".join(f"{kept.at} {percent(kept.body.get('percent'))}" for kept in before))
    table = Table.grid(padding=(0, 2))
    for outcome in one.outcomes:
        words = Text(str(outcome.answer), style=STYLES.get(outcome.answer, "dim"))
        table.add_row(
            "   ", words, shown(outcome.requirement.id), shown(outcome.requirement.title), shown(note(outcome))
        )
    yield table
    yield from _places("account", one.accounts, report.estate)
    yield from _places("unit", one.units, report.estate)
    yield Text("")


def _places(kind: str, scores: Mapping[str, Score], estate: Estate) -> Iterable[RenderableType]:
    if len(scores) > 1 or kind == "unit":
        for place, score in scores.items():
            name = estate.account_name(place) if kind == "account" else place
            yield Text(shown(f"    {kind} {name}: {score_text(score)}"))


def percent(value: object) -> str:
    """A percentage, or that nothing was judged."""
    return f"{value:g} %" if isinstance(value, int | float) else "nothing judged"


def score_text(score: Score) -> str:
    """A score in words."""
    if score.controls is None and score.sure is None:
        return "score: nothing judged"
    return (
        f"score: {percent(score.controls)} ({score.passed} of {score.passed + score.failed} controls passed, "
        f"{score.unknown} unknown; surely {percent(score.sure)}) · "
        f"resources: {percent(score.pairs)} of {score.pairs_passed + score.pairs_failed} judged"
    )


def note(outcome: Outcome) -> str:
    """What stands behind an answer: numbers, what is not covered, what people have to show."""
    parts = []
    for status, word in ((Status.FAIL, "failed"), (Status.UNKNOWN, "unknown"), (Status.PASS, "passed")):
        if outcome.counts.get(status):
            parts.append(f"{outcome.counts[status]} {word}")
    if outcome.accepted:
        parts.append(f"{outcome.accepted} accepted")
    if outcome.missing:
        parts.append(f"not covered: {', '.join(outcome.missing)}")
    elif outcome.answer is Answer.NOT_COVERED:
        parts.append("no control of Bastide answers it yet")
    if outcome.remediation:
        parts.append(f"remediation: {outcome.remediation}")
    if outcome.requirement.manual:
        parts.append(f"by hand: {outcome.requirement.manual}")
    return "; ".join(parts)


def answer_class(answer: Answer) -> str:
    """The class that an answer has in the HTML page's style."""
    known = {Answer.PASS: "pass", Answer.FAIL: "high", Answer.UNKNOWN: "unknown"}
    return known.get(answer, "medium" if answer in (Answer.PARTLY, Answer.NOT_COVERED) else "soft")
