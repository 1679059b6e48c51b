"""``bastide iam external-access``: who outside can reach which resource, what he may, and when."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bastide.errors import InputError
from bastide.show.cli.iam_estate import SUPPORT, ProfileOption, TargetOption, estate_of

if TYPE_CHECKING:
    from bastide.model import Estate
    from bastide.prove.access import Access

GATE_HIT = 1
INCOMPLETE = 3


def command(
    file: Annotated[Path, typer.Argument(help="The architecture file, whose declared estate is asked.")] = Path(
        "architecture.yaml"
    ),
    target: TargetOption = "",
    profile: ProfileOption = "",
    zone: Annotated[
        str, typer.Option(help="Who is inside: organization, or account (then other accounts of it are outside).")
    ] = "organization",
    fail_on: Annotated[
        list[str] | None,
        typer.Option("--fail-on", help="Exit 1 when there is access of this kind: public, limited, account, service, "
                     "federated; 3 when something is unknown. Repeatable."),
    ] = None,
    output: Annotated[str, typer.Option("-o", "--output", help="table, json or jsonl, or FORMAT=PATH.")] = "table",
) -> None:  # fmt: skip
    """List every resource that somebody outside can reach: who, what, and under which conditions."""
    from bastide.prove.access import UNKNOWN
    from bastide.prove.external_access import external_access
    from bastide.prove.invariants_estate import SHAPES
    from bastide.show.reports import parse_outputs
    from bastide.show.reports.formats import write_text

    gates = _gates(fail_on or ())
    (wanted,) = parse_outputs([output], ("table", "json", "jsonl"))
    estate = estate_of(file, target, profile, (*SHAPES, *SUPPORT))
    found = external_access(estate, zone)
    text = {"table": _table, "json": _json, "jsonl": _lines}[wanted.format](found, estate, zone)
    write_text(text, wanted.path)
    if gates:
        kinds = {one.kind for one in found}
        raise typer.Exit(GATE_HIT if gates & kinds else INCOMPLETE if UNKNOWN in kinds else 0)


def _gates(names: Sequence[str]) -> set[str]:
    from bastide.iam.vocabulary import suggest
    from bastide.prove.access import KINDS

    for name in names:
        if name not in KINDS:
            raise InputError(
                f"no such kind of access: {name!r}", fix=suggest(name, KINDS) or f"one of {', '.join(KINDS)}"
            )
    return set(names)


def _table(found: Sequence[Access], estate: Estate, zone: str) -> str:
    lines = []
    for one in found:
        lines.append(f"{one.kind:<10} {one.resource}  in {estate.account_name(one.account)}: {one.who}")
        if one.actions:
            when = f"; {'; '.join(one.conditions)}" if one.conditions else ""
            lines.append(f"{'':11}{', '.join(one.actions)}{when}")
        lines += [f"{'':11}{one.why}"] if one.why else []
    counts = Counter(one.kind for one in found)
    total = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing can be reached"
    return "\n".join([*lines, f"from outside the {zone}: {total}", f"looked at {_looked_at(estate)}"]) + "\n"


def _looked_at(estate: Estate) -> str:
    from bastide.prove.external_access import looked_at

    counts = looked_at(estate)
    seen = ", ".join(f"{kind}: {count}" for kind, count in counts.items() if count)
    return seen or "no resource that has a policy of its own"


def _json(found: Sequence[Access], estate: Estate, zone: str) -> str:
    from bastide.prove.external_access import looked_at

    value = {
        "schema": "bastide.external-access/1", "basis": estate.basis, "zone": zone, "looked_at": looked_at(estate),
        "access": [_as_json(one) for one in found],
    }  # fmt: skip
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _lines(found: Sequence[Access], estate: Estate, zone: str) -> str:
    return "".join(json.dumps(_as_json(one), ensure_ascii=False) + "\n" for one in found)


def _as_json(one: Access) -> dict[str, Any]:
    from bastide.show.cli.iam_diff import example_json

    return {
        "resource": one.resource, "type": one.type, "account": one.account, "region": one.region, "kind": one.kind,
        "who": one.who, "actions": list(one.actions), "conditions": list(one.conditions), "statement": one.statement,
        **({"example": example_json(one.example)} if one.example else {}),
        **({"why": one.why} if one.why else {}),
    }  # fmt: skip
