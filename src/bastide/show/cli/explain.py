"""``bastide explain``: the defaults of a file and why they are so; a control; a guardrail; the file's JSON Schema."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bastide.errors import InputError

if TYPE_CHECKING:
    from bastide.controls import Control
    from bastide.declare.explain import Explanation
    from bastide.prove.guardrail import Guardrail


def command(
    subject: Annotated[
        str, typer.Argument(help="An architecture file, a control or a guardrail.")
    ] = "architecture.yaml",
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of architecture files.")] = False,
    all_: Annotated[bool, typer.Option("--all", help="Also what the file states itself.")] = False,
    controls: Annotated[
        list[Path] | None, typer.Option("--controls", help="Own controls too: files, or folders of them.")
    ] = None,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
) -> None:
    """Show each setting that a file does not state, why it is so and who asks for it; or a control or guardrail."""
    from bastide.declare.explain import json_schema

    if output not in ("table", "json"):
        raise InputError(f"{output!r} is not a format of explain", fix="use table or json")
    if schema:
        typer.echo(json.dumps(json_schema(), indent=2))
    elif Path(subject).exists() or "/" in subject or subject.endswith((".yaml", ".yml")):
        _file(Path(subject), all_, output)
    else:
        _rule(subject, output, controls or ())


def _file(path: Path, everything: bool, output: str) -> None:
    """Settings of an architecture file, and the guardrails that it puts in force."""
    from bastide.declare.asked_by import meanings
    from bastide.declare.explain import explain
    from bastide.show.workspace import Settings, Workspace

    workspace = Workspace(Settings(path))
    settings = [setting for setting in explain(workspace.declaration) if everything or not setting.stated]
    guardrails = workspace.guardrails()
    codes = meanings(code for setting in settings for code in setting.asked_by)
    if output == "json":
        document = {"settings": [asdict(setting) for setting in settings], "guardrails": guardrails, "codes": codes}
        typer.echo(json.dumps({"schema": "bastide.explain/1", **document}, indent=2))
        return
    for setting in settings:
        _setting(setting)
    for place, names in guardrails.items():
        typer.echo(f"guardrails at {place}: {', '.join(names) or 'none'}")
    typer.echo("    bastide explain NAME tells what a guardrail denies, why, and who asks for it")
    if codes:
        typer.echo("who asks:")
    for code, meaning in codes.items():
        typer.echo(f"    {code:<{max(map(len, codes))}}  {meaning}")


def _setting(setting: Explanation) -> None:
    typer.echo(f"{setting.path} = {json.dumps(setting.value)}   ({setting.where})")
    typer.echo(f"    {setting.description}")
    if setting.why:
        typer.echo(f"    why: {setting.why}")
    if setting.asked_by:
        typer.echo(f"    asked by: {', '.join(setting.asked_by)}")


def _rule(name: str, output: str, own: Sequence[Path]) -> None:
    """A control, a guardrail or a code of that name."""
    from bastide.declare.asked_by import MEANINGS
    from bastide.prove.guardrail import all_guardrails
    from bastide.show.chosen import chosen_controls

    controls: dict[str, Control] = {control.id: control for control in chosen_controls(own)}
    guardrails = all_guardrails()
    found = controls.get(name) or next(
        (
            one
            for one in controls.values()
            if {name, f"FSBP:{name}", f"SecurityHub:{name}"} & {*one.maps_to, one.config_rule}
        ),
        None,
    )
    if found:
        _print(_control_facts(found), output)
    elif name in guardrails:
        _print(_guardrail_facts(guardrails[name]), output)
    elif name in MEANINGS:
        _print({"code": name, "asks": MEANINGS[name]}, output)
    else:
        near = difflib.get_close_matches(name, [*controls, *guardrails, *MEANINGS], n=1)
        fix = f"did you mean {near[0]}?" if near else "name a file, a control (assess prints their ids) or a guardrail"
        raise InputError(f"{name!r} is no file, control or guardrail", fix=fix)


def _print(facts: dict[str, Any], output: str) -> None:
    if output == "json":
        typer.echo(json.dumps(facts, indent=2, default=str))
        return
    for key, value in facts.items():
        text = ", ".join(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else value
        typer.echo(f"{key:<13} {text if isinstance(text, str) else json.dumps(text, indent=2)}")


def _control_facts(control: Control) -> dict[str, Any]:
    """What a control says of itself; of a shipped one also its first case that passes and its first that fails."""
    from bastide.controls import cases_of

    cases = cases_of(control)
    examples = (next((one for one in cases if one["status"] == status), None) for status in ("PASS", "FAIL"))
    return {
        "control": control.id,
        "title": control.title,
        "severity": str(control.severity),
        "judges": control.resource_type,
        "properties": list(control.properties),
        "reads": list(control.reads),
        "parameters": {one.name: {"default": one.default, "kind": one.kind, "is": one.about}
                       for one in control.parameters},
        "maps to": list(control.maps_to),
        "config rule": control.config_rule,
        "remediation": control.remediation,
        "healed by": "bastide plan --heal" if control.heal else "a person",
        "source": control.source,
        **{f"{name} example": one for name, one in zip(("passing", "failing"), examples, strict=True) if one},
    }  # fmt: skip


def _guardrail_facts(guardrail: Guardrail) -> dict[str, Any]:
    return {
        "guardrail": guardrail.name,
        "intent": guardrail.intent,
        "kind": guardrail.kind,
        "on at": guardrail.default,
        "why": guardrail.rationale,
        "maps to": list(guardrail.maps_to),
        "statements": guardrail.statements,
        "source": guardrail.source,
    }
