"""``bastide render``: what other tools deploy: conformance packs of AWS Config, CloudFormation templates."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError

if TYPE_CHECKING:
    from bastide.standards.rules import ManagedRule

command = typer.Typer(
    help="Write what other tools deploy.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@command.callback()
def render() -> None:
    """Write what other tools deploy."""


@command.command("conformance-pack")
def conformance_pack(
    standard: Annotated[list[str] | None, typer.Option(help="A standard: cis-aws-5.0, aws-fsbp, …")] = None,
    control: Annotated[list[str] | None, typer.Option(help="A control of Bastide.")] = None,
    remediation: Annotated[
        bool, typer.Option("--remediation", help="With AWS's own runbooks where there is one; none runs by itself.")
    ] = False,
    template: Annotated[
        bool, typer.Option("--template", help="A CloudFormation template that makes the packs, not the packs.")
    ] = False,
    organization: Annotated[
        bool, typer.Option("--organization", help="The same, with organization conformance packs.")
    ] = False,
    exclude: Annotated[list[str] | None, typer.Option(help="An account that organization packs leave out.")] = None,
    name: Annotated[str, typer.Option(help="Name of the packs in a template.")] = "bastide",
    out: Annotated[
        Path | None, typer.Option("--out", help="A folder for the files; needed where there are several.")
    ] = None,
) -> None:
    """Write an AWS Config conformance pack of the managed rules behind standards and controls.

    Limits of AWS: 51,200 bytes and 130 rules a pack; what is more becomes several packs.
    """
    from bastide.standards.pack_text import render_packs, render_template

    rules, without = _rules(standard or [], control or [])
    for one in without:
        typer.echo(f"control {one}: no managed rule of AWS Config asks the same; left out", err=True)
    if not rules:
        raise InputError("there is no managed rule to put into a pack", fix="name --standard SLUG or --control SLUG")
    about = f"Made by bastide render conformance-pack: {', '.join([*(standard or []), *(control or [])])}"
    packs = render_packs(rules, about, remediate=remediation)
    names = [name] if len(packs) == 1 else [f"{name}-{number}" for number in range(1, len(packs) + 1)]
    if template or organization:
        _write({"conformance-packs.yaml": render_template(
            list(zip(names, packs, strict=True)), organization=organization, excluded=exclude or [])}, out)  # fmt: skip
    else:
        _write({f"{one}.yaml": text for one, text in zip(names, packs, strict=True)}, out)
    typer.echo(f"{len(rules)} rules in {len(packs)} packs", err=True)


@command.command("cloudformation")
def cloudformation(
    file: Annotated[Path, typer.Argument(help="The architecture file.")] = Path("architecture.yaml"),
    out: Annotated[
        Path | None, typer.Option("--out", help="A folder for the templates (stdout when one only).")
    ] = None,
) -> None:
    """Write CloudFormation templates of what the architecture file declares, one for each account and region.

    What the file exempts is accepted in the templates' metadata, until they are written anew.
    Settings that CloudFormation has no type for are left out and named on stderr: `bastide apply` makes them.
    """
    import json
    from importlib.util import find_spec

    if find_spec("cfnlint") is None:
        raise InputError("the registry's schemas are not installed", fix="pip install 'bastide[templates]'")
    from bastide.show.stacks import accepting, stacks
    from bastide.show.workspace import Settings, Workspace

    place = Workspace(Settings(file))
    assessment, estate = place.assessed_model()
    home = place.declaration.architecture.regions.home
    made = [accepting(one, assessment.findings) for one in stacks(estate, home)]
    _write(
        {
            f"{estate.account_name(one.account)}.{one.region}.json": json.dumps(one.template, indent=2) + "\n"
            for one in made
            if one.template["Resources"]
        },
        out,
    )
    left: dict[str, int] = {}
    for one in made:
        for name, count in one.left_out.items():
            left[name] = left.get(name, 0) + count
    for name, count in sorted(left.items()):
        typer.echo(f"left out: {count} of {name}, which no stack can make", err=True)


def _rules(standards: list[str], slugs: list[str]) -> tuple[tuple[ManagedRule, ...], tuple[str, ...]]:
    """The managed rules asked for, by name, and the controls that have none."""
    from bastide.iam.vocabulary import suggest
    from bastide.show.chosen import chosen_controls
    from bastide.standards import find_standard
    from bastide.standards.pack_text import rules_for, rules_of

    controls = {one.id: one for one in chosen_controls()}
    for slug in slugs:
        if slug not in controls:
            raise InputError(
                f"there is no control {slug!r}", fix=suggest(slug, controls) or "bastide explain lists them"
            )
    found = {rule.name: rule for one in standards for rule in rules_for(find_standard(one), tuple(controls.values()))}
    more, without = rules_of([controls[slug] for slug in slugs])
    found.update((rule.name, rule) for rule in more)
    return tuple(found[rule] for rule in sorted(found)), without


def _write(files: dict[str, str], out: Path | None) -> None:
    from bastide.show.reports.formats import write_text

    if out is None and len(files) > 1:
        raise InputError(f"there are {len(files)} files", fix="name a folder for them: --out DIR")
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"{out} cannot be made: {error.strerror}") from error
    for file, text in files.items():
        write_text(text, out / file if out else None)
