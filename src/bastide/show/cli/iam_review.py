"""``bastide iam scp-review``: guardrails that do nothing, contradict one another, or could be fewer policies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bastide.show.cli.iam_estate import ProfileOption, TargetOption, estate_of
from bastide.show.cli.options import FileArgument

if TYPE_CHECKING:
    from bastide.model import Estate
    from bastide.prove.review import Packing, Remark

GATE_HIT = 1
INCOMPLETE = 3


def command(
    file: FileArgument = Path("architecture.yaml"),
    target: TargetOption = "",
    profile: ProfileOption = "",
    fail: Annotated[
        bool, typer.Option("--fail", help="Exit 1 when something is dead, redundant or contradictory, 3 when unknown.")
    ] = False,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json, or FORMAT=PATH.")] = "table",
) -> None:
    """Judge the service control policies: dead, redundant, idle, contradictory; and how they pack, with the proof."""
    from bastide.iam.estate import POLICY_TYPES
    from bastide.prove.invariants_estate import Policies
    from bastide.prove.review import IDLE, UNKNOWN, packings, review
    from bastide.show.reports import parse_outputs
    from bastide.show.reports.formats import write_text

    (wanted,) = parse_outputs([output], ("table", "json"))
    estate = estate_of(file, target, profile, POLICY_TYPES)
    policies = Policies(estate)
    remarks, packed = review(policies), list(packings(policies))
    text = _json(remarks, packed, estate) if wanted.format == "json" else _table(remarks, packed, estate)
    write_text(text, wanted.path)
    if fail:
        kinds = {one.kind for one in remarks}
        raise typer.Exit(GATE_HIT if kinds - {IDLE, UNKNOWN} else INCOMPLETE if UNKNOWN in kinds else 0)


def _table(remarks: Sequence[Remark], packed: Sequence[Packing], estate: Estate) -> str:
    lines = []
    for one in remarks:
        by = f"denied already by {', '.join(one.by)}" if one.by else ""
        lines.append(f"{one.kind:<14} {one.statement}: {'; '.join(filter(None, (one.why, by)))}")
        lines += [f"{'':15}in {', '.join(map(estate.account_name, one.accounts))}"] if one.accounts else []
    lines += [line for one in packed for line in _packing(one, estate)]
    return "\n".join(lines or ["Every statement denies something that nothing else denies."]) + "\n"


def _packing(one: Packing, estate: Estate) -> list[str]:
    from bastide.prove.difference import in_words

    before, after = sum(size for _, size in one.before), sum(policy.size for policy in one.after)
    head = f"{'packing':<14} {_node(one.node, estate)}: {len(one.before)} policies of {before:,} bytes"
    if not one.after:
        return [f"{head}; {one.why}"]
    proof = "PROVED: both deny the same" if one.proved else f"NOT PROVED: {one.why}"
    if one.example:
        proof = f"COUNTEREXAMPLE: {in_words(one.example)}"
    return [f"{head} as {len(one.after)} of {after:,}. {proof}"]


def _node(node: str, estate: Estate) -> str:
    organization = estate.organization
    if organization is None or node == organization.root_id:
        return "the root"
    unit = organization.units_by_id.get(node)
    return unit.path if unit else organization.account_name(node)


def _json(remarks: Sequence[Remark], packed: Sequence[Packing], estate: Estate) -> str:
    value = {
        "schema": "bastide.scp-review/1", "basis": estate.basis,
        "remarks": [
            {"kind": one.kind, "statement": one.statement, "accounts": list(one.accounts), "by": list(one.by),
             "why": one.why} for one in remarks
        ],
        "packing": [_packing_json(one) for one in packed],
    }  # fmt: skip
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _packing_json(one: Packing) -> dict[str, Any]:
    from bastide.show.cli.iam_diff import example_json

    return {
        "node": one.node, "type": one.kind, "before": [{"name": name, "bytes": size} for name, size in one.before],
        "after": [{"bytes": policy.size, "policy": json.loads(policy.text)} for policy in one.after],
        "proved": one.proved, **({"example": example_json(one.example)} if one.example else {}),
        **({"why": one.why} if one.why else {}),
    }  # fmt: skip
