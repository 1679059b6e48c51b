"""What came of a run: a line for each change that failed or was skipped, and a summary with the way back."""

from __future__ import annotations

from collections import Counter

from rich.text import Text

from bastide.apply import Outcome, Result
from bastide.show.reports.report import shown
from bastide.show.reports.terminal import text_of


def render(outcome: Outcome) -> str:
    """The outcome as text."""
    lines = [
        Text(f"  ✗ {_what(result)}: {shown(result.code)} {shown(result.message)}", "red") for result in outcome.failed
    ]
    by_reason: dict[str, list[Result]] = {}
    for result in outcome.skipped:
        by_reason.setdefault(result.message, []).append(result)
    for reason, results in by_reason.items():
        more = f" and {len(results) - 1} more" if len(results) > 1 else ""
        lines.append(Text(f"  ○ {_what(results[0])}{more} skipped: {shown(reason)}", "yellow"))
    return text_of(*lines, Text(summary(outcome)))


def _what(result: Result) -> str:
    change = result.change
    return shown(f"{change.action} {change.account_name} {change.key.type} {change.name or change.key.id}")


def summary(outcome: Outcome) -> str:
    """``Run X: 12 made (10 created, 2 changed), 1 failed, 3 skipped. Take it back with: bastide undo X``."""
    past = {"create": "created", "update": "changed", "replace": "replaced", "delete": "deleted"}
    counts = Counter(past[result.change.action] for result in outcome.done)
    made = ", ".join(f"{number} {word}" for word, number in counts.items())
    parts = [f"{len(outcome.done)} made{f' ({made})' if made else ''}"]
    parts += [
        f"{len(results)} {word}"
        for results, word in ((outcome.failed, "failed"), (outcome.skipped, "skipped"))
        if results
    ]
    back = f" Take it back with: bastide undo {outcome.run_id}" if outcome.done else ""
    rest = " Run plan and apply again to go on." if not outcome.complete else ""
    return (
        f"Run {outcome.run_id}: {', '.join(parts)}.{' It was interrupted.' if outcome.interrupted else ''}{rest}{back}"
    )
