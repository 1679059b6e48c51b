"""``bastide plan``: what would change; written to a file, it is what ``bastide apply`` takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bastide.show.cli.options import (
    ExternalIdOption,
    FileArgument,
    OutputOption,
    ProfileOption,
    RoleOption,
    TargetOption,
    warn_of_entry,
    workspace,
)

CHANGES = 1
INCOMPLETE = 3


def command(
    file: FileArgument = Path("architecture.yaml"),
    target: TargetOption = "sandbox",
    profile: ProfileOption = "",
    role: RoleOption = "",
    external_id: ExternalIdOption = "",
    heal: Annotated[
        bool, typer.Option("--heal", help="Also repair what controls find on undeclared resources.")
    ] = False,
    details: Annotated[bool, typer.Option("--details", help="Show the properties of what is created, too.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when there is anything to do.")] = False,
    output: OutputOption = None,
) -> None:
    """Show what would change to make the organization what the file says; `-o json=FILE` keeps it for apply."""
    from bastide.plan import render_plan
    from bastide.show.progress import bar
    from bastide.show.reports import parse_outputs, plan_text
    from bastide.show.reports.formats import write_text

    outputs = parse_outputs(output or ["text"], ("text", "json"))
    place = workspace(file, target, profile, role, external_id)
    with bar("reading") as progress:
        plan = place.planned(heal=heal, progress=progress)
    warn_of_entry(place)
    for wanted in outputs:
        text = render_plan(plan).decode() if wanted.format == "json" else plan_text.render(plan, details=details)
        write_text(text, wanted.path)
        if wanted.path and wanted.format == "json":
            typer.echo(f"wrote {wanted.path}; next: bastide apply --plan {wanted.path}", err=True)
    if all(wanted.path for wanted in outputs):
        typer.echo(plan_text.summary(plan), err=True)
    if heal and place.left_to_people:
        typer.echo(f"{place.left_to_people} findings remain that need a person: bastide assess", err=True)
    if plan.uncertain:
        raise typer.Exit(INCOMPLETE)
    if exit_code and plan.changes:
        raise typer.Exit(CHANGES)
