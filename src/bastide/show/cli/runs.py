"""``bastide runs``: past runs, what a run did, and whether the ledger's chain is whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bastide.errors import InputError
from bastide.show.workspace import Settings, Workspace

if TYPE_CHECKING:
    from bastide.store import Entry, Run


def command(
    run: Annotated[str, typer.Argument(help="A run, to see its ledger entries; all runs without it.")] = "",
    file: Annotated[Path, typer.Option("--file", help="The architecture file; .bastide lies beside it.")] = Path(
        "architecture.yaml"
    ),
    verify: Annotated[bool, typer.Option("--verify", help="Check the hash chain of the whole ledger.")] = False,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
) -> None:
    """List past runs or the entries of one; check that nobody changed the ledger."""
    if output not in ("table", "json"):
        raise InputError(f"{output!r} is not a format of runs", fix="use table or json")
    store = Workspace(Settings(file)).store
    if verify:
        typer.echo(f"the ledger's chain is whole: {store.verify()} entries", err=output == "json")
    rows = [_entry(entry) for entry in store.entries(store.run(run).id)] if run else [_run(one) for one in store.runs()]
    if output == "json":
        typer.echo(json.dumps({"schema": "bastide.runs/1", "rows": rows}, indent=2, default=str))
        return
    for row in rows:
        typer.echo("  ".join(str(value) for value in row.values() if value != ""))
    if not rows:
        typer.echo("no runs yet", err=True)


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "kind": run.kind,
        "target": run.target,
        "status": str(run.status),
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "undoes": run.undoes and f"undoes {run.undoes}",
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "phase": str(entry.phase),
        "action": str(entry.action),
        "resource": str(entry.key),
        "result": entry.result,
        "code": entry.code,
        "message": entry.message,
    }
