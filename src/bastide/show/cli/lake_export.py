"""``bastide lake export``: events in the words of another format, for products that read it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from bastide.errors import InputError
from bastide.show.workspace import Settings, now

if TYPE_CHECKING:
    from bastide.lake.engine import Span
    from bastide.lake.ocsf import OcsfClass

FORMATS = ("ocsf",)


def export(
    format_: Annotated[str, typer.Option("--format", help="ocsf: OCSF 1.8 events, a JSON object a line.")] = "ocsf",
    class_: Annotated[
        list[str] | None, typer.Option("--class", help="Only this class, such as api_activity; repeatable.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="A folder for one file a class; without it all go to stdout.")
    ] = None,
    since: Annotated[str, typer.Option(help="Only from this time on: 7d, 24h, 2026-01-31, or ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Only before this time.")] = "",
    account: Annotated[list[str] | None, typer.Option(help="Only this account; repeatable.")] = None,
    file: Annotated[Path, typer.Option("--file", help="The architecture file; .bastide lies beside it.")] = Path(
        "architecture.yaml"
    ),
    lake: Annotated[
        Path | None, typer.Option("--lake", help="The lake's folder, when it is not .bastide/lake.")
    ] = None,
) -> None:
    """Write the lake's events as OCSF: API activity, authentication, account change, network and DNS activity."""
    from bastide.lake.engine import lake_source
    from bastide.lake.ocsf import export as events_of
    from bastide.lake.table import read_tables
    from bastide.show.lake import has_lake, lake_folder, open_lake

    if format_ not in FORMATS:
        raise InputError(f"{format_!r} is no format of an export", fix=f"one of {', '.join(FORMATS)}")
    if not has_lake(Settings(file), lake):
        raise InputError("there is no lake", str(lake_folder(Settings(file), lake)), "bastide ingest makes one")
    opened = open_lake(Settings(file), lake)
    span = _span(since, until, tuple(account or ()))
    for of in _classes(class_ or []):
        source = lake_source(opened, read_tables()[of.table], span)
        with _opened(out, of) as stream:
            count = _write(stream, events_of(of, source))
        typer.echo(f"{of.name} ({of.uid}): {count} events", err=True)


def _span(since: str, until: str, accounts: tuple[str, ...]) -> Span:
    from bastide.lake.engine import Span
    from bastide.lake.engine.moment import parse_moment

    moment = now()
    return Span(
        parse_moment(since, moment, "--since") if since else None,
        parse_moment(until, moment, "--until") if until else None,
        accounts,
    )


def _classes(names: list[str]) -> list[OcsfClass]:
    from bastide.lake.ocsf import read_classes

    known = read_classes()
    wrong = [name for name in names if name not in known]
    if wrong:
        raise InputError(f"{wrong[0]!r} is no class that is mapped", fix=f"one of {', '.join(known)}")
    return [of for name, of in known.items() if not names or name in names]


@contextmanager
def _opened(out: Path | None, of: OcsfClass) -> Iterator[BinaryIO]:
    """The stream for a class: stdout, or its file, which has its name only when it is whole."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    out.mkdir(parents=True, exist_ok=True)
    part = out / f".{of.name}.part"
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(out / f"{of.name}.jsonl")
    finally:
        part.unlink(missing_ok=True)


def _write(stream: BinaryIO, events: Iterable[bytes]) -> int:
    count = 0
    for event in events:
        stream.write(event + b"\n")
        count += 1
    return count
