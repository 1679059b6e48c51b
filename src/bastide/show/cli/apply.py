"""``bastide apply``: the changes of a plan file, or of a plan made now and agreed to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError
from bastide.model.platform import DEPLOYER
from bastide.show.cli.options import (
    ExternalIdOption,
    FileArgument,
    ProfileOption,
    RoleOption,
    TargetOption,
    warn_of_entry,
    workspace,
)

if TYPE_CHECKING:
    from bastide.apply import Outcome
    from bastide.model import Plan

INCOMPLETE = 3
INTERRUPTED = 130

AllowDataLossOption = Annotated[
    list[str] | None,
    typer.Option(help="Id of a resource that holds data and may be deleted or replaced; once for each."),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def command(
    file: FileArgument = Path("architecture.yaml"),
    target: TargetOption = "sandbox",
    profile: ProfileOption = "",
    role: RoleOption = "",
    external_id: ExternalIdOption = "",
    plan: Annotated[Path | None, typer.Option(help="A plan file of `bastide plan -o json=FILE`.")] = None,
    heal: Annotated[
        bool, typer.Option("--heal", help="Also repair what controls find on undeclared resources.")
    ] = False,
    allow_data_loss: AllowDataLossOption = None,
    yes: YesOption = False,
) -> None:
    """Make the changes of a plan file, or plan now, show, ask, and make them; each step goes to the ledger first."""
    from bastide.plan import plan_digest
    from bastide.show.progress import bar
    from bastide.show.reports import outcome_text, plan_text

    place = workspace(file, target, profile, role, external_id)
    if plan is not None and heal:
        raise InputError(
            "--heal says what to plan, and --plan names a plan", fix="say `bastide plan --heal -o json=FILE`"
        )
    if plan is not None:
        todo = read_plan(plan)
    else:
        with bar("reading") as progress:
            todo = place.planned(heal=heal, progress=progress)
        typer.echo(plan_text.render(todo), nl=False)
        if not todo.changes:
            raise typer.Exit(INCOMPLETE if todo.uncertain else 0)
        agree(yes, "Make these changes?")
    with bar("applying") as progress:
        allowed = allow_data_loss or []
        outcome = place.applied(todo, allow_data_loss=allowed, progress=progress, digest=plan_digest(todo))
    warn_of_entry(place, roles_made(outcome))
    typer.echo(outcome_text.render(outcome), nl=False)
    raise typer.Exit(code(outcome, todo))


def roles_made(outcome: Outcome) -> set[str]:
    """Accounts in which the deployer's role was made by this run: it could not be taken before."""
    return {result.key.account for result in outcome.done if result.key.id == DEPLOYER}


def read_plan(path: Path) -> Plan:
    """The plan in a file.

    Raises:
        InputError: it cannot be read, is no plan, or was edited (StalePlanError).
    """
    from bastide.declare.regular import require_regular
    from bastide.plan import parse_plan

    try:
        require_regular(path)
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}", fix="make it with `bastide plan -o json=FILE`"
        ) from error
    return parse_plan(data, str(path))


def agree(yes: bool, question: str) -> None:
    """Go on when the user agrees.

    Raises:
        InputError: nobody can be asked.
        typer.Exit: the user said no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("nobody is here to agree", fix="add --yes to go on without a question")
    if not typer.confirm(question, err=True):
        typer.echo("nothing was done", err=True)
        raise typer.Exit(0)


def code(outcome: Outcome, plan: Plan) -> int:
    """0 when everything was made, 3 when something failed or was left open, 130 when it was interrupted."""
    if outcome.interrupted:
        return INTERRUPTED
    return 0 if outcome.complete and not plan.uncertain else INCOMPLETE
