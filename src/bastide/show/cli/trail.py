"""``bastide trail``: whether CloudTrail's log files are as they were delivered."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bastide.errors import InputError
from bastide.show.cli.options import AsRoleExternalIdOption, AsRoleOption, ProfileOption
from bastide.show.workspace import Settings, Workspace, now

command = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, help=__doc__)
FORMATS = ("table", "json", "jsonl")


@command.callback()
def trail() -> None:
    """Whether CloudTrail's log files are as they were delivered."""


@command.command()
def verify(  # noqa: PLR0913, PLR0917 - one option each
    sources: Annotated[list[str], typer.Argument(help="Folders (copies of a trail's bucket) or s3://BUCKET/PREFIX.")],
    keys: Annotated[
        list[str] | None,
        typer.Option(help="Public keys: a file, or service (ListPublicKeys; the default for s3://). Repeatable."),
    ] = None,
    metadata: Annotated[
        Path | None, typer.Option(help="Digests' S3 metadata as JSON lines, where no files beside them hold it.")
    ] = None,
    since: Annotated[str, typer.Option(help="From here on: 7d, 2026-01-31, 2026-01-31T12:00:00Z.")] = "",
    until: Annotated[str, typer.Option(help="Up to here; digests must then reach so far.")] = "",
    account: Annotated[list[str] | None, typer.Option(help="Only this account; repeatable.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Only this Region; repeatable.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 is one a core.")] = 0,
    target: Annotated[str, typer.Option(help="Where s3:// and keys are: sandbox, or aws (also: live).")] = "sandbox",
    profile: ProfileOption = "",
    as_role: AsRoleOption = None,
    external_id: AsRoleExternalIdOption = "",
    output: Annotated[str, typer.Option("-o", "--output", help="table, json or jsonl.")] = "table",
    file: Annotated[Path, typer.Option("--file", help="The architecture file; .bastide lies beside it.")] = Path(
        "architecture.yaml"
    ),
) -> None:
    """Verify digests, their chains and every log file; exit 0 all well, 1 tampered with, 3 not all proved."""
    from bastide.ingest.integrity import Asked, survey
    from bastide.ingest.integrity import verify as verify_surveys
    from bastide.show.ingesting import is_remote
    from bastide.show.log_reading import Reading
    from bastide.show.trails import open_places, parse_moment, read_public_keys, render_trail_report

    if output not in FORMATS:
        raise InputError(f"{output!r} is not a format of trail verify", fix=f"use {', '.join(FORMATS)}")
    clock = now()
    asked = Asked(
        parse_moment(since, "--since", clock), parse_moment(until, "--until", clock), tuple(account or ()),
        tuple(region or ()), clock,
    )  # fmt: skip
    if asked.since and asked.until and asked.since >= asked.until:
        raise InputError("--since is not before --until", fix="swap them")
    place = Workspace(Settings(file, "aws" if target == "live" else target, profile))
    places = open_places(sources, Reading(place, tuple(as_role or ()), external_id), metadata)
    surveys = [survey(one, asked, _told("listed {:,} files")) for one in places]
    remote = not keys and any(map(is_remote, sources))
    known = read_public_keys(keys or [], surveys, lambda: place.target, live=remote)
    report = verify_surveys(surveys, known, asked, workers=workers, progress=_told("verified {:,} of {:,}"))
    _told("")()
    typer.echo(render_trail_report(report, output))
    raise typer.Exit(report.exit_code)


def _told(words: str) -> Callable[..., None]:
    """What says on a terminal's stderr how far something is, on one line that is written over; nothing elsewhere."""

    def tell(*numbers: int) -> None:
        if sys.stderr.isatty():
            print(f"\r\x1b[K{words.format(*numbers)}", end="", file=sys.stderr, flush=True)

    return tell
