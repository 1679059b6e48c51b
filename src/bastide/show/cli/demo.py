"""``bastide demo``: deploy, break and heal a whole organization in a sandbox of its own."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from bastide.errors import InputError

NOT_AS_IT_SHOULD_BE = 1


def command(
    file: Annotated[Path, typer.Argument(help="The architecture file.")] = Path("examples/acme.yaml"),
    report: Annotated[Path, typer.Option(help="Where the HTML report goes.")] = Path("report.html"),
) -> None:
    """Deploy FILE into a new sandbox, judge it, make a week's mistakes, find exactly those, heal them, report."""
    from bastide.show.demo.run import Demo

    if not file.exists():
        raise InputError(f"there is no file {file}", fix="run it in a checkout, or name an architecture file")
    if find_spec("moto") is None:
        raise InputError("the sandbox is not installed", fix="pip install 'bastide[sandbox]'")
    if not Demo(file, report).run():
        raise typer.Exit(NOT_AS_IT_SHOULD_BE)
