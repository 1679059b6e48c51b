"""``bastide prove``: guardrails, isolation and one's own invariants over all requests, not over examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bastide.declare.read import Declaration
    from bastide.model import Estate
    from bastide.prove.invariants_file import Invariant
    from bastide.prove.invariants_guardrails import Standing
    from bastide.prove.proof import Proof

FAILED = 1
INCOMPLETE = 3
MODEL_ACCOUNT = "999999999990"  # a management account for a file that was never deployed


def command(
    file: Annotated[Path, typer.Argument(help="The architecture.")] = Path("architecture.yaml"),
    invariants: Annotated[
        list[Path] | None, typer.Option("--invariants", help="YAML with your own (repeatable).")
    ] = None,
    only: Annotated[str, typer.Option(help="Only invariants whose name contains this.")] = "",
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
) -> None:
    """Prove that no request gets past the guardrails, or show one. Exit 1 on a counterexample, 3 on NOT PROVED."""
    from bastide.declare.read import read_architecture
    from bastide.prove.invariants import prove
    from bastide.prove.proof import COUNTEREXAMPLE, NOT_PROVED

    if output not in ("table", "json"):
        raise InputError(f"{output!r} is not a format of prove", fix="use table or json")
    own = [one for path in invariants or () for one in _own(path)]
    estate, standing = declared(read_architecture(file), file)
    proofs = [proof for proof in prove(estate, standing, own) if only in proof.name]
    typer.echo(json.dumps(_as_json(proofs, estate), indent=2) if output == "json" else _as_text(proofs, estate))
    statuses = {proof.status for proof in proofs}
    raise typer.Exit(FAILED if COUNTEREXAMPLE in statuses else INCOMPLETE if NOT_PROVED in statuses else 0)


def _own(path: Path) -> tuple[Invariant, ...]:
    from bastide.prove.invariants_file import parse_invariants

    try:
        return parse_invariants(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def declared(declaration: Declaration, file: Path) -> tuple[Estate, tuple[Standing, ...]]:
    """The estate that the file declares, and the guardrails that are on in each of its accounts."""
    from bastide.declare.expand import Known, expand
    from bastide.declare.expansion.guardrails import shared_values
    from bastide.declare.expansion.standing import OF_ACCOUNT, standings
    from bastide.declare.expansion.survey import survey
    from bastide.prove.invariants_guardrails import standing_of

    known = Known(management_account=MODEL_ACCOUNT)
    estate = expand(declaration.architecture, known, file=str(file), places=declaration.place)
    found = survey(declaration.architecture, known, str(file), declaration.place)
    shared = shared_values(found)
    choices = {}
    on = standings(found, "", [])
    for member in found.members:
        at = on[f"{member.path}/{OF_ACCOUNT}{member.name}"]
        choices[member.id] = [
            (choice.guardrail, choice.statements(shared), {**shared, **choice.parameters})
            for choice in at.choices.values()
            if not choice.warn
        ]
    return estate, standing_of(choices)


def _as_text(proofs: Sequence[Proof], estate: Estate) -> str:
    from bastide.prove.difference import in_words
    from bastide.prove.proof import COUNTEREXAMPLE, NOT_PROVED, PROVED

    lines = []
    for proof in proofs:
        lines.append(f"{proof.status:<14} {proof.name}: {proof.about}")
        if proof.status != PROVED:
            lines.append(f"{'':15}in {', '.join(map(estate.account_name, proof.where)) or 'the organization'}")
        lines += [f"{'':15}{in_words(example)}" for example in proof.examples[:3] if proof.status != PROVED]
        lines += [f"{'':15}{why}" for why in proof.why]
    counts = {
        status: sum(proof.status == status for proof in proofs) for status in (PROVED, COUNTEREXAMPLE, NOT_PROVED)
    }
    lines.append(
        f"{counts[PROVED]} proved, {counts[COUNTEREXAMPLE]} with a counterexample, {counts[NOT_PROVED]} not proved"
    )
    return "\n".join(lines)


def _as_json(proofs: Sequence[Proof], estate: Estate) -> dict[str, object]:
    from bastide.show.cli.iam_diff import example_json

    return {
        "schema": "bastide.prove/1",
        "basis": estate.basis,
        "proofs": [
            {
                "name": proof.name,
                "about": proof.about,
                "status": proof.status,
                "accounts": list(proof.where),
                "examples": [example_json(example) for example in proof.examples],
                "by": list(proof.by),
                "why": list(proof.why),
            }
            for proof in proofs
        ],
    }
