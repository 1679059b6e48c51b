"""``bastide diff``: what changed between two times, from what assessments recorded; or until now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bastide.errors import InputError
from bastide.show.cli.options import ExternalIdOption, FileArgument, ProfileOption, RoleOption, TargetOption, not_empty
from bastide.show.workspace import Settings, Workspace

if TYPE_CHECKING:
    from bastide.model import Difference
    from bastide.show.history import Comparison

SCHEMA = "bastide.diff/1"
SIGNS = {"create": "+", "update": "~", "delete": "-"}
WIDTH = 60  # characters of a value in the table
DIFFERS = 1


def command(
    file: FileArgument = Path("architecture.yaml"),
    from_: Annotated[
        str,
        typer.Option("--from", callback=not_empty, help="A time (2026-01-31T12:00Z), how long ago (7d, 36h), or last."),
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            "--to",
            callback=not_empty,
            help="The same; last (the newest look, the default), or now (look; after --from last).",
        ),
    ] = "",
    target: TargetOption = "sandbox",
    profile: ProfileOption = "",
    role: RoleOption = "",
    external_id: ExternalIdOption = "",
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when something changed.")] = False,
) -> None:
    """List resources that were created, updated and deleted between two times, with their properties."""
    from bastide.show.history import LAST, NOW, compare, look_at, look_now, moment_at, recorded_target

    if output not in ("table", "json"):
        raise InputError(f"{output!r} is not a format of diff", fix="use table or json")
    if not from_:
        raise InputError("diff needs a time to start from", fix="add --from 7d, or --from 2026-01-31")
    to = to or (NOW if from_ == LAST else LAST)
    fileless = target == "aws" and not file.exists()
    place = Workspace(Settings(file, target, profile, role, external_id, fileless=fileless))
    label = place.target.label if to == NOW else recorded_target(place.store, target)
    since, until = (moment_at(place.store, label, text, name) for text, name in ((from_, "--from"), (to, "--to")))
    if since > until:
        raise InputError(f"--from ({from_}: {since}) is after --to ({to}: {until})", "--from", "exchange the two")
    before = look_at(place.store, label, from_, "--from")
    after = look_now(place) if to == NOW else look_at(place.store, label, to, "--to")
    found = compare(before, after)
    typer.echo(json.dumps(as_json(found), indent=2, ensure_ascii=False) if output == "json" else as_table(found))
    if found.open:
        typer.echo(f"not compared: {len(found.open)} places that only one look knows or could list", err=True)
    raise typer.Exit(DIFFERS if exit_code and found.changes else 0)


def as_json(found: Comparison) -> dict[str, Any]:
    """The comparison as ``bastide.diff/1``."""
    from bastide.model.serialize import to_json_value

    rows = [
        {
            "action": str(one.action),
            "type": one.key.type,
            "account": one.key.account,
            "region": one.key.region,
            "id": one.key.id,
            "before": to_json_value(one.before),
            "after": to_json_value(one.after),
            "differences": [
                {"path": item.path, "before": to_json_value(item.before), "after": to_json_value(item.after)}
                for item in one.differences
            ],
        }
        for one in found.changes
    ]
    places = [dict(zip(("type", "account", "region"), place, strict=True)) for place in found.open]
    return {"schema": SCHEMA, "from": found.before, "to": found.after, "changes": rows, "not_compared": places}


def as_table(found: Comparison) -> str:
    """A line for each resource, and below it one for each property that changed."""
    from bastide.show.reports.report import shown

    lines = [f"from {found.before} to {found.after}"]
    for one in found.changes:
        key = one.key
        lines.append(shown(f"{SIGNS[one.action]} {key.account} {key.region} {key.type} {key.id}"))
        lines += [shown(f"    {_line(item)}") for item in one.differences]
    counts = [sum(one.action == action for one in found.changes) for action in SIGNS]
    lines.append("{} created, {} updated, {} deleted".format(*counts))
    return "\n".join(lines)


def _line(item: Difference) -> str:
    return f"{item.path}: {_text(item.before)} → {_text(item.after)}"


def _text(value: Any) -> str:
    from bastide.model.serialize import to_json_value

    text = "absent" if value is None else json.dumps(to_json_value(value), ensure_ascii=False, sort_keys=True)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
