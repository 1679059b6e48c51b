"""``bastide lake generate``: seeded organization traffic in CloudTrail's own layout."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated

import typer

from bastide.errors import InputError


def generate(  # noqa: PLR0913, PLR0917 - one option each
    events: Annotated[int, typer.Option(help="How many events in all, labelled ones included.")] = 100_000,
    accounts: Annotated[int, typer.Option(help="How many accounts; the first manages the organization.")] = 5,
    days: Annotated[int, typer.Option(help="How many days.")] = 7,
    regions: Annotated[str, typer.Option(help="How many Regions, or their names separated by commas.")] = "3",
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    out: Annotated[Path, typer.Option(help="A new or empty folder.")] = Path("generated"),
    start: Annotated[str, typer.Option(help="The first day (UTC).")] = "2026-01-05",
    file_events: Annotated[int, typer.Option(min=0, help="Events a log file; 0: a file every five minutes.")] = 1000,
    drift: Annotated[int, typer.Option(min=0, help="How many roles begin to do new things.")] = 1,
    attacks: Annotated[int, typer.Option(min=0, help="How many small attacks are planted, with ATT&CK ids.")] = 0,
    digests: Annotated[bool, typer.Option("--digests", help="Signed digests, with keys and signatures.")] = False,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
) -> None:
    """Write the traffic of a made-up organization: logs, labels of what was planted, digests when asked for."""
    from bastide.lake.generate import Recipe, write

    if output not in ("table", "json"):
        raise InputError(f"{output!r} is not a format of lake generate", fix="use table or json")
    recipe = Recipe(
        events, accounts, days, _regions(regions), seed, _day(start), file_events, drift, attacks, digests=digests
    )
    totals = write(recipe, out)
    facts = {name: value for name, value in asdict(totals).items() if name != "labels"} | {"labels": len(totals.labels)}
    if output == "json":
        typer.echo(json.dumps({"schema": "bastide.generate/1", "out": str(out), **facts}, indent=2))
        return
    typer.echo(
        f"{totals.events:,} events in {totals.files:,} log files under {out / 'logs'}: {totals.raw / 1e6:,.1f} MB, "
        f"{totals.stored / 1e6:,.1f} MB as stored; {totals.digests:,} digests; {len(totals.labels):,} labelled events"
    )


def _regions(text: str) -> tuple[str, ...]:
    from bastide.lake.generate.organization import REGIONS

    if not text.isdigit():
        names = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        wrong = [name for name in names if name not in REGIONS]
        if wrong:
            raise InputError(f"{wrong[0]!r} is not a Region to generate for", "--regions", f"use {', '.join(REGIONS)}")
        return names
    if not 1 <= int(text) <= len(REGIONS):
        raise InputError(f"there are 1 to {len(REGIONS)} Regions to generate for, not {text}", "--regions")
    return REGIONS[: int(text)]


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC)
    except ValueError as wrong:
        raise InputError(f"{text!r} is no day", "--start", "write it as 2026-01-05") from wrong
