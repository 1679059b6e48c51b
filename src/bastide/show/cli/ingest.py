"""``bastide ingest``: logs from files, folders, buckets and queues into the lake."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError
from bastide.show.cli.options import AsRoleExternalIdOption, AsRoleOption, ProfileOption
from bastide.show.ingesting import is_remote
from bastide.show.workspace import Settings, Workspace, now

if TYPE_CHECKING:
    from bastide.ingest.commit import Report
    from bastide.ingest.source import Filter, Source
    from bastide.lake import Lake
    from bastide.show.log_reading import Reading

INCOMPLETE = 3
_SHOWN = 20


def command(  # noqa: PLR0913, PLR0917 - a command has as many options as it needs
    sources: Annotated[
        list[str], typer.Argument(help="Files, folders, s3://BUCKET/PREFIX, or an SQS queue's ARN or URL.")
    ],
    account: Annotated[list[str] | None, typer.Option(help="Only files of this account; repeatable.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Only files of this Region; repeatable.")] = None,
    since: Annotated[str, typer.Option(help="Only files of this day or later: 7d, 2026-01-31.")] = "",
    until: Annotated[str, typer.Option(help="Only files of this day or earlier.")] = "",
    store: Annotated[
        str, typer.Option(help="Only files that can hold events of this event data store (bastide lake stores).")
    ] = "",
    follow: Annotated[bool, typer.Option("--follow", help="Go on looking for new files until Ctrl-C.")] = False,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks of --follow.")] = 30.0,
    wait: Annotated[bool, typer.Option("--wait", help="Wait while another process writes the lake.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell how many files are new.")] = False,
    retry_quarantined: Annotated[
        bool, typer.Option("--retry-quarantined", help="Try files again that were refused before.")
    ] = False,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 is one a core.")] = 0,
    target: Annotated[str, typer.Option(help="Where s3:// is: sandbox, or aws (also: live).")] = "sandbox",
    profile: ProfileOption = "",
    as_role: AsRoleOption = None,
    external_id: AsRoleExternalIdOption = "",
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
    file: Annotated[Path, typer.Option("--file", help="The architecture file; .bastide lies beside it.")] = Path(
        "architecture.yaml"
    ),
    lake: Annotated[Path | None, typer.Option(help="The lake's folder, when it is not .bastide/lake.")] = None,
) -> None:
    """Take what is new, exactly once; exit with 3 when files were refused, which are named with the reason."""
    from bastide.show.ingesting import follow as follow_on
    from bastide.show.lake import open_lake

    if output not in ("table", "json"):
        raise InputError(f"{output!r} is not a format of ingest", fix="use table or json")
    settings = Settings(file, "aws" if target == "live" else target, profile)
    opened = open_lake(settings, lake, make=True)
    wanted = _filter(account or [], region or [], since, until, opened, store)
    rounds = _Rounds(settings, opened, sources, wanted, wait or follow, dry_run, workers)
    rounds.roles, rounds.external_id = tuple(as_role or ()), external_id
    rounds.retry_quarantined = retry_quarantined
    if follow:
        follow_on(rounds.run, interval, lambda report: _show(report, output, dry_run, rounds.seconds))
        return
    report = rounds.run()
    _show(report, output, dry_run, rounds.seconds)
    raise typer.Exit(INCOMPLETE if report.quarantined else 0)


class _Rounds:
    """One run after the other with the same wishes; sources are opened anew, since roles last an hour."""

    def __init__(
        self,
        settings: Settings,
        lake: Lake,
        names: Sequence[str],
        wanted: Filter,
        wait: bool,
        dry_run: bool,
        workers: int,
    ) -> None:
        self._place = Workspace(settings)
        self._lake, self._names, self._wanted = lake, names, wanted
        self._wait, self._dry_run, self._workers = wait, dry_run, workers
        self.roles: tuple[str, ...] = ()
        self.external_id = ""
        self.retry_quarantined = False
        self.seconds = 0.0

    def run(self) -> Report:
        """One run."""
        from bastide.ingest.run import ingest
        from bastide.show.ingesting import open_sources, progress_bar

        sources = open_sources(self._names, self._reading())
        begin = time.monotonic()
        with progress_bar() as progress:
            report = ingest(
                self._lake,
                sources,
                wanted=self._wanted,
                clock=now,
                workers=self._workers,
                wait_for_lock=self._wait,
                dry_run=self._dry_run,
                retry_quarantined=self.retry_quarantined,
                progress=progress,
            )
        self.retry_quarantined = False
        if not self._dry_run:
            self._settle(sources)
        self.seconds = time.monotonic() - begin
        return report

    def _reading(self) -> Reading | None:
        """By whom buckets and queues are read; a folder needs nobody, nor a tenth of a second for boto3."""
        if not any(map(is_remote, self._names)):
            return None
        from bastide.show.log_reading import Reading

        return Reading(self._place, self.roles, self.external_id)

    def _settle(self, sources: Sequence[Source]) -> None:
        """What queues told is done."""
        if any(map(is_remote, self._names)):
            from bastide.ingest.queue import Notifications

            for source in sources:
                if isinstance(source, Notifications):
                    source.settle()


def _show(report: Report, output: str, dry_run: bool, seconds: float) -> None:
    from bastide.show.ingesting import render_report

    typer.echo(render_report(report, output, dry_run=dry_run, seconds=seconds))
    for problem in report.quarantined[:_SHOWN]:
        typer.echo(f"quarantined: {problem}", err=True)
    more = len(report.quarantined) - _SHOWN
    if report.quarantined:
        rest = f"{more:,} more files were refused; " if more > 0 else ""
        typer.echo(f"{rest}bastide lake status lists them, --retry-quarantined tries them again", err=True)


def _filter(accounts: Sequence[str], regions: Sequence[str], since: str, until: str, lake: Lake, store: str) -> Filter:
    """The filter that the options name.

    Raises:
        InputError: an option is wrong, or there is no such store.
    """
    from bastide.ingest.source import Filter
    from bastide.lake.stores import read_stores

    for account in accounts:
        if not re.fullmatch(r"[0-9]{12}", account):
            raise InputError(f"{account!r} is no account", "--account", "give 12 digits")
    for region in regions:
        if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
            raise InputError(f"{region!r} is no Region", "--region", "as in eu-west-1")
    first, last = _day(since, "--since"), _day(until, "--until")
    if first and last and first > last:
        raise InputError("--since is after --until", fix="swap them")
    if not store:
        return Filter(tuple(accounts), tuple(regions), first, last)
    held = read_stores(lake.root).find(store)
    return Filter(_both(accounts, held.selectors.accounts), _both(regions, held.selectors.regions), first, last)


def _both(asked: Sequence[str], selected: Sequence[str]) -> tuple[str, ...]:
    """What both allow; nothing given allows all, and `none` is nobody's account or Region."""
    if not asked or not selected:
        return tuple(asked or selected)
    return tuple(one for one in asked if one in selected) or ("none",)


def _day(text: str, option: str) -> date | None:
    from bastide.lake.engine.moment import parse_moment

    return parse_moment(text, now(), option).date() if text else None
