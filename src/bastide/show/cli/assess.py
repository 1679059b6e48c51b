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
    not_empty,
    warn_of_entry,
)
from bastide.show.workspace import Settings, Workspace

if TYPE_CHECKING:
    from bastide.assess import Assessment, Baseline, Gate
    from bastide.controls import Control
    from bastide.model import Estate
    from bastide.show.reports import Output, Report
    from bastide.show.standards import Asked

GATE_HIT = 1
INCOMPLETE = 3
INTERRUPTED = 130


def command(  # noqa: PLR0913, PLR0917 - typer makes an option of each
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="The architecture file (default architecture.yaml); or templates, Terraform, Config files"),
    ] = None,
    target: TargetOption = "sandbox",
    profile: ProfileOption = "",
    role: RoleOption = "",
    external_id: ExternalIdOption = "",
    declared: Annotated[
        bool, typer.Option("--declared", help="Judge what the file declares, without any target.")
    ] = False,
    fail_on: Annotated[
        str,
        typer.Option(callback=not_empty, help="Exit with 1 on findings of this severity or worse: high, or high,new."),
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
    standard: Annotated[
        list[str] | None,
        typer.Option(
            "--standard", callback=not_empty, help="Only the controls of a standard: cis-aws-5.0, aws-fsbp, …"
        ),
    ] = None,
    pack: Annotated[
        list[Path] | None, typer.Option("--pack", help="Only the rules of an AWS Config conformance pack's file.")
    ] = None,
    pack_parameters: Annotated[
        list[str] | None,
        typer.Option("--pack-parameters", help="Of packs: name=value, or a JSON or YAML file of them."),
    ] = None,
    list_standards: Annotated[
        bool, typer.Option("--list-standards", help="Name the standards, and how much of each is covered.")
    ] = False,
    service: Annotated[
        list[str] | None,
        typer.Option("--service", callback=not_empty, help="Only controls of these services: s3,ec2. Less is read."),
    ] = None,
    control: Annotated[
        list[str] | None, typer.Option("--control", callback=not_empty, help="Only this control. Less is read.")
    ] = None,
    regions: Annotated[
        list[str] | None,
        typer.Option("--regions", callback=not_empty, help="Only these, not the file's: eu-west-1,us-east-1."),
    ] = None,
    since: Annotated[
        str,
        typer.Option("--since", callback=not_empty, help="last: read only what has changed since the last assessment."),
    ] = "",
    full: Annotated[bool, typer.Option("--full", help="Read everything (the default).")] = False,
    max_age: Annotated[
        str,
        typer.Option(
            "--max-age", callback=not_empty, help="With --since last: read again what is older: 36h, 7d (the default)."
        ),
    ] = "",
    at: Annotated[
        str,
        typer.Option(
            "--at", callback=not_empty, help="Judge what was recorded at a time: 2026-01-31T12:00Z, 7d ago, last."
        ),
    ] = "",
    by: Annotated[str, typer.Option("--by", help="What a table puts together: risk, account or service.")] = "risk",
    output: OutputOption = None,
) -> None:
    """Judge what runs, a file or templates by all controls.

    `-o table|json|jsonl|html|sarif|code-scanning|ocsf|asff|config|csv|junit|github|markdown[=PATH]`, as often as
    needed; with a standard also `-o evidence=DIR`.
    """
    from bastide.show.chosen import chosen_controls
    from bastide.show.looking import parse_regions, parse_since, restricted
    from bastide.show.reports import FORMATS, parse_outputs
    from bastide.show.reports.findings_table import GROUPINGS
    from bastide.show.standards import EVIDENCE, asked, list_text, take_evidence

    chosen = chosen_controls(controls or ())
    if list_standards:
        typer.echo(list_text(chosen))
        return
    wanted = asked(standard or (), pack or (), chosen, pack_parameters or ())
    wanted, outputs = take_evidence(wanted, parse_outputs(output or ["table"], (*FORMATS, EVIDENCE)))
    if by not in GROUPINGS:
        raise InputError(f"--by does not know {by!r}", fix=f"one of {', '.join(GROUPINGS)}")
    gate, earlier = _gate(fail_on, baseline)
    named = paths or [Path("architecture.yaml")]
    fileless = target == "aws" and not declared and not paths and not named[0].exists()
    partial = bool(wanted or service or control)  # which says nothing about what the other controls found before
    if not fileless and _are_templates(named, given=bool(parameters) or each):
        if at or since or full:
            raise InputError("--at, --since and --full are for what runs, and files are named", str(named[0]),
                             "leave out the options, or the files")  # fmt: skip
        narrowed = restricted(wanted.narrowed(chosen), service or (), control or ())
        code = _judge_templates(named, parameters or [], narrowed, each, all_, gate, earlier, outputs, by, wanted)
        raise typer.Exit(code)
    asked_regions = parse_regions(regions or ())
    since_last, age = parse_since(since, full, max_age)
    if at and (declared or since or full or regions):
        raise InputError("--at judges what was recorded: nothing is read for it", fix="leave the other options out")
    settings = Settings(named[0], target, profile, role, external_id, tuple(controls or ()), fileless,
                        asked_regions, since_last, age)  # fmt: skip
    place = Workspace(settings)
    place.controls = restricted(wanted.narrowed(chosen), service or (), control or ())
    raise typer.Exit(_judge_place(place, at, declared, partial, all_, gate, earlier, outputs, by, wanted))


def _judge_place(
    place: Workspace,
    at: str,
    declared: bool,
    partial: bool,
    all_: bool,
    gate: Gate | None,
    earlier: Baseline | None,
    outputs: list[Output],
    by: str,
    wanted: Asked,
) -> int:
    """Judge and show what runs, or what the file declares; the exit code. ``partial``: not by all controls.

    ``at``: the time of a record to judge instead.
    """
    from bastide.assess import run
    from bastide.show.history import assessed_at
    from bastide.show.progress import bar
    from bastide.show.recording import record
    from bastide.show.reports import delta_since, write
    from bastide.show.reports.report import shown
    from bastide.show.standards import with_history, with_standings

    passes = all_ or bool(wanted)
    with bar("reading") as progress:
        assessment, estate = (
            place.assessed_model(include_passes=passes)
            if declared
            else assessed_at(place, at, include_passes=passes)
            if at
            else place.assessed(include_passes=passes, progress=progress)
        )
    delta, live = None, not (declared or at)
    notes = (*(place.notes if live else ()), *assessment.faults)
    if live:
        warn_of_entry(place)
    for note in notes:
        typer.echo(shown(note), err=True)
    if live and not partial:
        delta = record(place, assessment, estate, lambda text: typer.echo(text, err=True))
    if earlier and not live:
        delta = delta_since(earlier, assessment.findings)
    made = place.report(assessment, estate, baseline=earlier, grouped_by=by, delta=delta)
    made = replace(made, notes=notes)
    if wanted:
        made = with_standings(made, wanted, assessment, lambda more: run(estate, more, include_passes=True), all_)
        made = with_history(place, made) if live else made
        _write_evidence(wanted, made, assessment, place.settings.state)
    write(made, outputs)
    return _code(place, assessment, estate, gate is not None and bool(gate.hits(assessment.findings, earlier)))


def _gate(fail_on: str, baseline: Path | None) -> tuple[Gate | None, Baseline | None]:
    """The gate, and what it compares with."""
    from bastide.assess import parse_gate

    gate, earlier = parse_gate(fail_on) if fail_on else None, _baseline(baseline)
    if gate and gate.new and earlier is None:
        raise InputError("--fail-on …,new needs something to compare with", fix="add --baseline FILE (of -o json=FILE)")
    return gate, earlier


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
    wanted: Asked,
) -> int:
    """Judge and show templates; the exit code. What was skipped or not judged goes to stderr."""
    from bastide.show.parameters import parse_parameters
    from bastide.show.reports import delta_since, write
    from bastide.show.reports.report import shown
    from bastide.show.standards import with_standings
    from bastide.show.templates import assess_templates, report
    from bastide.show.workspace import now

    given, passes = parse_parameters(parameters), all_ or bool(wanted)
    judged = assess_templates(paths, given, controls, each=each, include_passes=passes)
    for note in judged.notes:
        typer.echo(shown(note), err=True)
    moment = now().isoformat(timespec="seconds").replace("+00:00", "Z")
    made = replace(report(judged, controls, moment, earlier), grouped_by=by)
    made = replace(made, delta=delta_since(earlier, judged.assessment.findings)) if earlier else made
    if wanted:

        def again(more: tuple[Control, ...]) -> Assessment:
            return assess_templates(paths, given, more, each=each, include_passes=True).assessment

        made = with_standings(made, wanted, judged.assessment, again, all_)
        _write_evidence(wanted, made, judged.assessment, Settings().state)
    write(made, outputs)
    if gate is not None and gate.hits(judged.assessment.findings, earlier):
        return GATE_HIT
    return INCOMPLETE if judged.incomplete else 0


def _write_evidence(wanted: Asked, made: Report, assessment: Assessment, keys: Path) -> None:
    """Write the evidence pack that was asked for, if one was, and say its head on stderr."""
    if wanted.evidence is None:
        return
    from bastide.show.evidence import write_evidence

    done = write_evidence(wanted.evidence, made, assessment.findings, keys)
    typer.echo(f"evidence: {done.files} files in {done.folder}, manifest {done.head}, key {done.key}", err=True)


def _baseline(path: Path | None) -> Baseline | None:
    from bastide.assess import parse_baseline
    from bastide.declare.regular import require_regular

    if path is None:
        return None
    try:
        require_regular(path)
        return parse_baseline(path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _code(place: Workspace, assessment: Assessment, estate: Estate, hit: bool) -> int:
    """0, 1 when the gate was hit, 3 when something could not be read (and says so on stderr), 130 after Ctrl-C."""
    from bastide.collect import interrupted
    from bastide.show.incomplete import incomplete

    for account in estate.organization.accounts if estate.organization else ():
        if account.status != "ACTIVE":
            typer.echo(f"not looked at: account {account.name} ({account.id}) is {account.status}", err=True)
    lacking = incomplete(assessment, estate, place.reader)
    for line in lacking:
        typer.echo(line, err=True)
    if interrupted(estate):
        typer.echo("interrupted: what was read is kept; --since last reads the rest", err=True)
        return INTERRUPTED
    if hit:
        return GATE_HIT
    return INCOMPLETE if lacking or assessment.faults else 0
