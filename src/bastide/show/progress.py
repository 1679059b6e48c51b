"""How far long work is: a bar on a terminal, nothing where nobody looks. On stderr, so that data stays clean."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Bar:
    """A bar that implements the progress protocols of ``collect`` and ``apply``."""

    def __init__(self, progress: Progress, label: str) -> None:
        """A bar named ``label``, of unknown length until ``start``."""
        self._progress = progress
        self._task = progress.add_task(label, total=None, what="")

    def start(self, total: int) -> None:
        """There are ``total`` steps."""
        self._progress.update(self._task, total=total)

    def advance(self, task: object, result: object) -> None:
        """One step is over."""
        self._progress.update(self._task, advance=1, what=str(task)[-48:])


@contextmanager
def bar(label: str) -> Iterator[Bar | None]:
    """A bar while the block runs; None where stderr is no terminal or CI is set."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}", style="dim"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bar(progress, label)
