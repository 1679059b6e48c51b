"""``bastide iam evaluate``: decide cases from a file of JSON lines, one answer a line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, TextIO

import typer

INCOMPLETE = 3


def evaluate(
    cases: Annotated[Path, typer.Option("--cases", help="File of JSON lines, one case each; - reads stdin.")],
    output: Annotated[str, typer.Option("-o", "--output", help="jsonl, or jsonl=PATH.")] = "jsonl",
    now: Annotated[str, typer.Option("--now", help="aws:CurrentTime where a case has none (ISO 8601).")] = "",
) -> None:
    """Decide every case of a file: allowed, explicit_deny or implicit_deny, with the reasons.

    A case that cannot be read gives a line with its id and an error, and the exit code is 3.
    """
    from bastide.iam.cases import Evaluator, epoch
    from bastide.show.reports import parse_outputs

    (wanted,) = parse_outputs([output], ("jsonl",))
    moment = now or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    epoch(moment)
    failed = 0
    with _lines(cases) as lines, _sink(wanted.path) as sink:
        for answer in Evaluator(moment).answers(lines):
            failed += answer.failed
            sink.write(answer.line + "\n")
    if failed:
        typer.echo(f"{failed} case{'s' if failed > 1 else ''} could not be decided; see their error lines", err=True)
        raise typer.Exit(INCOMPLETE)


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[bytes]]:
    """The file's lines as bytes, read as they are asked for."""
    from bastide.errors import InputError

    if str(path) == "-":
        yield _bounded(sys.stdin.buffer)
        return
    try:
        with path.open("rb") as file:
            yield _bounded(file)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", fix="give a file of JSON lines") from error


def _bounded(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file; of a line that is too long only as much as it takes to see that it is."""
    from bastide.iam.json_text import LIMIT

    while line := file.readline(LIMIT + 1):
        rest = line
        while len(rest) > LIMIT and not rest.endswith(b"\n"):
            rest = file.readline(LIMIT + 1)
        yield line


@contextmanager
def _sink(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    with path.open("w", encoding="utf-8") as file:
        yield file
