"""``bastide undo``: what a run changed, changed back from the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bastide.show.cli.apply import AllowDataLossOption, YesOption, agree, code
from bastide.show.cli.options import ExternalIdOption, ProfileOption, RoleOption, TargetOption, workspace

FileOption = Annotated[Path, typer.Option("--file", help="The architecture file; .bastide lies beside it.")]


def command(
    run: Annotated[str, typer.Argument(help="The run to take back (`bastide runs` lists them).")],
    file: FileOption = Path("architecture.yaml"),
    target: TargetOption = "sandbox",
    profile: ProfileOption = "",
    role: RoleOption = "",
    external_id: ExternalIdOption = "",
    force: Annotated[bool, typer.Option("--force", help="Also where a resource has changed since.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    allow_data_loss: AllowDataLossOption = None,
    yes: YesOption = False,
) -> None:
    """Take back a run: what it created goes, what it changed is put back. This is a run that can be undone, too."""
    from bastide.apply import plan_undo, undo
    from bastide.show.progress import bar
    from bastide.show.reports import outcome_text, plan_text

    place = workspace(file, target, profile, role, external_id)
    place.enter_to_read()
    organization = place.organization()
    names = {account.id: account.name for account in organization.accounts} if organization else {}
    planned = plan_undo(run, place.target, place.store, force=force, account_names=names)
    typer.echo(plan_text.render(planned.plan), nl=False)
    for note in planned.irreversible:
        typer.echo(f"cannot be taken back: {note}", err=True)
    if dry_run or not planned.plan.changes:
        return
    agree(yes, "Make these changes?")
    as_run = place.new_run()
    place.enter_to_change(planned.plan.changes, as_run)
    with bar("undoing") as progress:
        outcome = undo(
            run,
            place.target,
            place.store,
            as_run=as_run,
            now=place.target.clock,
            progress=progress,
            allow_data_loss=frozenset(allow_data_loss or ()),
            force=force,
        )
    typer.echo(outcome_text.render(outcome), nl=False)
    raise typer.Exit(code(outcome, planned.plan))
