"""``bastide lake``: what the lake holds, whether it is whole, and traffic to try it with."""

from __future__ import annotations

import typer

from bastide.show.cli.lake_generate import generate

command = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, help=__doc__)

command.command("generate")(generate)


@command.callback()
def lake() -> None:
    """What the lake holds, whether it is whole, and traffic to try it with."""
