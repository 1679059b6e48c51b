"""The library of attack techniques: for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from bastide.attack.technique import Prevented, Script, Technique
from bastide.show.reports.json_text import json_text
from bastide.show.reports.terminal import text_of

SCHEMA = "bastide.attack-library/1"


def table(scripts: Sequence[Script]) -> str:
    """One line a technique, in the order of an intrusion."""
    found = Table(box=None, pad_edge=False)
    for heading in ("tactic", "technique", "MITRE", "what happens", "expected"):
        found.add_column(heading, overflow="fold")
    for script in scripts:
        said = script.technique
        found.add_row(said.tactic, said.id, " ".join(said.mitre), said.title, expectation(said))
    return text_of(found) + f"{len(scripts)} techniques\n"


def expectation(technique: Technique) -> str:
    """In a few words, what a strict landing zone makes of it."""
    wanted = technique.expected
    return f"prevented by {' or '.join(wanted.by)}" if isinstance(wanted, Prevented) else "recorded, not prevented"


def as_json(scripts: Sequence[Script]) -> str:
    """All that the files say."""
    rows = [_row(script.technique) for script in scripts]
    return json_text({"schema": SCHEMA, "techniques": rows}, indent=2)


def _row(said: Technique) -> dict[str, object]:
    wanted = said.expected
    stopped = isinstance(wanted, Prevented)
    return {
        "id": said.id,
        "title": said.title,
        "story": said.story,
        "tactic": said.tactic,
        "mitre": list(said.mitre),
        "aws_detectors": list(said.detectors),
        "expected": "prevented" if stopped else "recorded",
        "prevented_by": list(wanted.by) if isinstance(wanted, Prevented) else [],
        "because": "" if isinstance(wanted, Prevented) else wanted.because,
        "source": said.source,
    }


FORMATS = {"table": table, "json": as_json}
