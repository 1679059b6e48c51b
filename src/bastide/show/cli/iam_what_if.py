"""``bastide iam what-if``: what a new service control policy would take away, from whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bastide.errors import InputError
from bastide.show.cli.iam_estate import FileOption, ProfileOption, TargetOption, estate_of

if TYPE_CHECKING:
    from bastide.model import Estate
    from bastide.prove.what_if import Loss

GATE_HIT = 1
INCOMPLETE = 3
LISTED = 6  # actions that the table names before it counts


def command(
    policy: Annotated[Path, typer.Argument(help="The new service control policy: JSON.")],
    at: Annotated[str, typer.Option(help="Where it would be attached: a unit's path, an account, or * for all.")] = "*",
    usage: Annotated[
        Path | None,
        typer.Option(help="What was used: CSV or JSON with principal, action, and if known resource, region and keys."),
    ] = None,
    file: FileOption = Path("architecture.yaml"),
    target: TargetOption = "",
    profile: ProfileOption = "",
    fail_on_loss: Annotated[
        bool, typer.Option("--fail-on-loss", help="Exit 1 when somebody would lose something, 3 when it is not known.")
    ] = False,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json, or FORMAT=PATH.")] = "table",
) -> None:
    """List the granted (with --usage: the used) permissions that a new SCP would take away."""
    from bastide.iam.estate import POLICY_TYPES
    from bastide.prove.invariants_estate import Policies
    from bastide.prove.places import accounts_in
    from bastide.prove.what_if import what_if
    from bastide.show.cli.iam_diff import read_policies
    from bastide.show.cli.iam_usage import read_usage
    from bastide.show.reports import parse_outputs
    from bastide.show.reports.formats import write_text

    (wanted,) = parse_outputs([output], ("table", "json"))
    documents = read_policies(policy)
    if len(documents) != 1 or not any(one.effect == "Deny" for one in documents[0].statements):
        raise InputError(
            f"{policy} takes nothing away", fix="give one policy that denies: beside others, an SCP's Allows only add"
        )
    estate = estate_of(file, target, profile, POLICY_TYPES)
    policies = Policies(estate)
    used, unknown = (None, ()) if usage is None else read_usage(usage, estate)
    accounts = accounts_in(policies, at, "--at")
    losses = what_if(policies, documents[0], accounts, used)
    text = _json(losses, estate, at, unknown) if wanted.format == "json" else _table(losses, estate, unknown)
    write_text(text, wanted.path)
    if fail_on_loss:
        lost, open_ = any(one.actions and not one.why for one in losses), any(one.why for one in losses) or unknown
        raise typer.Exit(GATE_HIT if lost else INCOMPLETE if open_ else 0)


def _table(losses: Sequence[Loss], estate: Estate, unknown: Sequence[str]) -> str:
    from bastide.prove.condition_words import in_words as conditions
    from bastide.prove.difference import in_words

    lines = []
    for one in losses:
        who = f"{estate.account_name(one.account)} {one.principal.split(':', 5)[-1]}"
        if one.why:
            lines.append(f"not known  {who}: {one.why}")
            continue
        when = "; ".join(conditions(one.rule.statement)) if one.rule else ""
        lines.append(f"loses      {who}: {_some(one.actions)}{f' when {when}' if when else ''}  ({one.statement})")
        lines += [f"{'':11}altogether: {_some(one.whole)}"] if one.whole else []
        lines += [f"{'':11}for example {in_words(one.example)}"] if one.example else []
    lines += [f"not known  {name}: it is in the usage, and not in the estate" for name in unknown]
    losing = {one.principal for one in losses if not one.why}
    lines.append(
        f"{len(losing)} principals would lose something" if losing else "Nobody would lose anything that is known."
    )
    return "\n".join(lines) + "\n"


def _some(actions: Sequence[str]) -> str:
    more = f" and {len(actions) - LISTED:,} more" if len(actions) > LISTED else ""
    return ", ".join(actions[:LISTED]) + more


def _json(losses: Sequence[Loss], estate: Estate, at: str, unknown: Sequence[str]) -> str:
    value: Mapping[str, Any] = {
        "schema": "bastide.what-if/1",
        "basis": estate.basis,
        "at": at,
        "losses": [_as_json(one) for one in losses],
        "not_in_the_estate": list(unknown),
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _as_json(one: Loss) -> dict[str, Any]:
    from bastide.show.cli.iam_diff import example_json

    return {
        "principal": one.principal, "account": one.account, "statement": one.statement, "actions": list(one.actions),
        "whole": list(one.whole), **({"example": example_json(one.example)} if one.example else {}),
        **({"why": one.why} if one.why else {}),
    }  # fmt: skip
