"""``bastide assess``: all controls over what runs, over what the file declares, or over templates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError
from bastide.show.cli.options import (
    ExternalIdOption,
    OutputOption,
    ProfileOption,
    RoleOption,
    TargetOption,
    warn_of_entry,
)
from bastide.show.workspace import Settings, Workspace

if TYPE_CHECKING:
    from bastide.assess import Assessment, Baseline, Gate
    from bastide.controls import Control
    from bastide.model import Estate
    from bastide.show.reports import Output

GATE_HIT = 1
INCOMPLETE = 3


def command(  # noqa: PLR0913, PLR0917 - typer makes an option of each
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="The architecture file (default architecture.yaml); or templates, or a folder of them."),
    ] = None,
    target: TargetOption = "sandbox",
    profile: ProfileOption = "",
    role: RoleOption = "",
    external_id: ExternalIdOption = "",
    declared: Annotated[
        bool, typer.Option("--declared", help="Judge what the file declares, without any target.")
    ] = False,
    fail_on: Annotated[
        str, typer.Option(help="Exit with 1 on findings of this severity or worse: high, or high,new.")
    ] = "",
    baseline: Annotated[
        Path | None, typer.Option(help="JSON of an earlier assessment; only what is new is shown.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Also what passed and what does not apply.")] = False,
    parameters: Annotated[
        list[str] | None, typer.Option("--parameters", help="Of templates: name=value, or a JSON or YAML file of them.")
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", help="Judge every template by itself, not all as one estate.")
    ] = False,
    controls: Annotated[
        list[Path] | None, typer.Option("--controls", help="Own controls (YAML with CEL), or a folder of them.")
    ] = None,
    by: Annotated[str, typer.Option("--by", help="What a table puts together: risk, account or service.")] = "risk",
    output: OutputOption = None,
) -> None:
    """Judge what runs, a file or templates by all controls.

    `-o table|json|jsonl|html|sarif|ocsf|csv|junit|github|markdown[=PATH]`, as often as needed.
    """
    from bastide.assess import parse_gate
    from bastide.show.chosen import chosen_controls
    from bastide.show.progress import bar
    from bastide.show.recording import record
    from bastide.show.reports import FORMATS, parse_outputs, write
    from bastide.show.reports.findings_table import GROUPINGS

    outputs = parse_outputs(output or ["table"], tuple(FORMATS))
    if by not in GROUPINGS:
        raise InputError(f"--by does not know {by!r}", fix=f"one of {', '.join(GROUPINGS)}")
    gate = parse_gate(fail_on) if fail_on else None
    earlier = _baseline(baseline)
    if gate and gate.new and earlier is None:
        raise InputError("--fail-on …,new needs something to compare with", fix="add --baseline FILE (of -o json=FILE)")
    named = paths or [Path("architecture.yaml")]
    if _are_templates(named, given=bool(parameters) or each):
        chosen = chosen_controls(controls or ())
        raise typer.Exit(_judge_templates(named, parameters or [], chosen, each, all_, gate, earlier, outputs, by))
    place = Workspace(Settings(named[0], target, profile, role, external_id, tuple(controls or ())))
    with bar("reading") as progress:
        assessment, estate = (
            place.assessed_model(include_passes=all_)
            if declared
            else place.assessed(include_passes=all_, progress=progress)
        )
    delta = None
    if not declared:
        warn_of_entry(place)
        delta = record(place, assessment, estate, lambda text: typer.echo(text, err=True))
    write(place.report(assessment, estate, baseline=earlier, grouped_by=by, delta=delta), outputs)
    raise typer.Exit(_code(assessment, estate, gate is not None and bool(gate.hits(assessment.findings, earlier))))


def _are_templates(paths: list[Path], *, given: bool) -> bool:
    """Whether the paths are templates rather than one architecture file."""
    if len(paths) > 1 or given:
        return True
    from bastide.show.inputs import are_inputs

    return are_inputs(paths[0])


def _judge_templates(
    paths: list[Path],
    parameters: list[str],
    controls: tuple[Control, ...],
    each: bool,
    all_: bool,
    gate: Gate | None,
    earlier: Baseline | None,
    outputs: list[Output],
    by: str,
) -> int:
    """Judge and show templates; the exit code. What was skipped or not judged goes to stderr."""
    from bastide.show.reports import write
    from bastide.show.reports.report import shown
    from bastide.show.templates import assess_templates, parse_parameters, report
    from bastide.show.workspace import now

    judged = assess_templates(paths, parse_parameters(parameters), controls, each=each, include_passes=all_)
    for note in judged.notes:
        typer.echo(shown(note), err=True)
    moment = now().isoformat(timespec="seconds").replace("+00:00", "Z")
    write(replace(report(judged, controls, moment, earlier), grouped_by=by), outputs)
    if gate is not None and gate.hits(judged.assessment.findings, earlier):
        return GATE_HIT
    return INCOMPLETE if judged.incomplete else 0


def _baseline(path: Path | None) -> Baseline | None:
    from bastide.assess import parse_baseline

    if path is None:
        return None
    try:
        return parse_baseline(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _code(assessment: Assessment, estate: Estate, hit: bool) -> int:
    """0, 1 when the gate was hit, 3 when something could not be read (and says so on stderr)."""
    import json

    from bastide.collect import missing_permissions

    for account in estate.organization.accounts if estate.organization else ():
        if account.status != "ACTIVE":
            typer.echo(f"not looked at: account {account.name} ({account.id}) is {account.status}", err=True)
    if estate.gaps:
        typer.echo(f"incomplete: {len(estate.gaps)} places could not be read; their verdicts are UNKNOWN", err=True)
        statement = missing_permissions(estate.gaps)
        if statement:
            typer.echo(f"  fix  allow the reader: {json.dumps(statement)}", err=True)
    if hit:
        return GATE_HIT
    return INCOMPLETE if estate.gaps else 0
