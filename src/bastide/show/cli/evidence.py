"""``bastide evidence``: whether an evidence pack is as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

CHANGED = 1
command = typer.Typer(
    help="Evidence packs of `assess -o evidence=DIR`.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@command.callback()
def evidence() -> None:
    """Evidence packs of `assess -o evidence=DIR`."""


@command.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="The folder that `assess -o evidence=DIR` wrote.")],
    key: Annotated[
        Path | None,
        typer.Option("--key", help="A public key that you were given elsewhere, instead of the pack's own."),
    ] = None,
) -> None:
    """Find any file that was changed, removed or added; offline. Exit code 1 when there is one."""
    from bastide.show.evidence import verify_evidence
    from bastide.show.reports.report import shown

    found, fingerprint = verify_evidence(folder, key)
    for line in found:
        typer.echo(shown(line))
    if found:
        typer.echo(f"{len(found)} differences: this is not what was written", err=True)
        raise typer.Exit(CHANGED)
    own = "" if key else "; its own, so this proves no author: compare the fingerprint, or use --key"
    typer.echo(f"every file is as it was written and signed by the key {fingerprint}{own}")
