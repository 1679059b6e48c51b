"""``bastide prove``: guardrails, isolation and one's own invariants over all requests, not over examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError
from bastide.show.cli.iam_estate import SUPPORT, ProfileOption, TargetOption, estate_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bastide.declare.expand import Known
    from bastide.declare.read import Declaration
    from bastide.model import Estate
    from bastide.prove.invariants_file import InvariantsFile
    from bastide.prove.invariants_guardrails import Standing
    from bastide.prove.proof import Proof
    from bastide.show.confirming import Replay

Replays = dict[str, list["Replay"]]
FAILED = 1
INCOMPLETE = 3
SHOWN = 3  # examples of one proof, in the table
OURS = 4  # the engine and the sandbox contradict each other
MODEL_ACCOUNT = "999999999990"  # a management account for a file that was never deployed


def command(
    file: Annotated[Path, typer.Argument(help="The architecture.")] = Path("architecture.yaml"),
    invariants: Annotated[
        list[Path] | None, typer.Option("--invariants", help="YAML with your own (repeatable).")
    ] = None,
    only: Annotated[str, typer.Option(help="Only invariants whose name contains this.")] = "",
    target: TargetOption = "",
    profile: ProfileOption = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Deploy FILE into a sandbox and try every counterexample as a real call.")
    ] = False,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
) -> None:
    """Prove that no request gets past the guardrails, or show one. Exit 1 on a counterexample, 3 on NOT PROVED."""
    from bastide.prove.invariants import prove
    from bastide.prove.proof import COUNTEREXAMPLE, NOT_PROVED
    from bastide.show.workspace import now

    if output not in ("table", "json"):
        raise InputError(f"{output!r} is not a format of prove", fix="use table or json")
    if confirm and target:
        raise InputError(
            "counterexamples are tried where FILE alone is deployed, not on a target", "--confirm", "leave --target out"
        )
    files = [_own(path) for path in invariants or ()]
    own = [one for each in files for one in each.invariants]
    exempt = [one for each in files for one in each.exemptions]
    today = now().date().isoformat()

    def proved(estate: Estate, standing: Sequence[Standing]) -> list[Proof]:
        return [proof for proof in prove(estate, standing, own, exempt, today) if only in proof.name]

    if not confirm:
        estate, standing = _running(file, target, profile, today) if target else _written(file, today)
        proofs, replays = proved(estate, standing), None
    else:
        estate, proofs, replays = _confirmed(file, today, proved)
    if only and not proofs:
        raise InputError(f"no invariant has {only!r} in its name", "--only", "`bastide prove` lists them all")
    shown = _as_json(proofs, estate, replays) if output == "json" else None
    typer.echo(json.dumps(shown, indent=2) if shown else _as_text(proofs, estate, replays))
    statuses = {proof.status for proof in proofs}
    if any(one.status == "refuted" for each in (replays or {}).values() for one in each):
        raise typer.Exit(OURS)
    raise typer.Exit(FAILED if COUNTEREXAMPLE in statuses else INCOMPLETE if NOT_PROVED in statuses else 0)


def _confirmed(
    file: Path, today: str, proved: Callable[[Estate, Sequence[Standing]], list[Proof]]
) -> tuple[Estate, list[Proof], Replays]:
    """What is proved of the file as it is once deployed, with its own ids; and what came of each counterexample.

    Raises:
        InputError: the file is wrong, or the sandbox is not installed.
        IncompleteError: it cannot be deployed as a whole.
    """
    from importlib.util import find_spec

    from bastide.aws.registry import kinds
    from bastide.show.accounts import known
    from bastide.show.confirming import replayed

    estate, standing = _written(file, today)
    proofs = proved(estate, standing)
    if not any(proof.questions for proof in proofs):
        return estate, proofs, {}
    if find_spec("moto") is None:
        raise InputError("the sandbox is not installed", fix="pip install 'bastide[sandbox]', or leave --confirm out")
    from bastide.iam.estate import POLICY_TYPES
    from bastide.prove.invariants_estate import SHAPES, Policies
    from bastide.prove.invariants_isolation import boundaries
    from bastide.show.deployment import deployment

    with deployment(file) as (sandbox, workspace, organization):
        _, standing = declared(workspace.declaration, file, known(workspace.target, organization), today)
        types = sorted({*POLICY_TYPES, *SHAPES, *SUPPORT} & set(kinds()))
        estate = workspace.observed(organization, types, workspace.regions())
        proofs = proved(estate, standing)
        return estate, proofs, replayed(sandbox, proofs, boundaries(Policies(estate)))


def _own(path: Path) -> InvariantsFile:
    from bastide.prove.invariants_file import parse_invariants

    try:
        return parse_invariants(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _written(file: Path, today: str) -> tuple[Estate, tuple[Standing, ...]]:
    from bastide.declare.read import read_architecture

    return declared(read_architecture(file), file, today=today)


def _running(file: Path, target: str, profile: str, today: str) -> tuple[Estate, tuple[Standing, ...]]:
    """What runs on a target; and the guardrails that the file says are on in the accounts that there are."""
    from dataclasses import replace

    from bastide.iam.estate import POLICY_TYPES
    from bastide.prove.invariants_estate import SHAPES
    from bastide.show.accounts import known
    from bastide.show.cli.options import workspace

    estate = estate_of(file, target, profile, (*POLICY_TYPES, *SHAPES, *SUPPORT))
    place = workspace(file, target, profile, "", "")
    _, standing = declared(place.declaration, file, known(place.target, estate.organization), today)
    there = {one.id for one in estate.organization.accounts} if estate.organization else set()
    found = (replace(one, accounts=tuple(each for each in one.accounts if each in there)) for one in standing)
    return estate, tuple(one for one in found if one.accounts)


def declared(
    declaration: Declaration, file: Path, given: Known | None = None, today: str = ""
) -> tuple[Estate, tuple[Standing, ...]]:
    """The estate that the file declares, and the guardrails that are on in each of its accounts.

    ``given`` tells identifiers that there are already; ``today`` (YYYY-MM-DD), which exemptions have ended.
    """
    from bastide.declare.expand import Known, expand
    from bastide.declare.expansion.guardrails import shared_values
    from bastide.declare.expansion.standing import OF_ACCOUNT, standings
    from bastide.declare.expansion.survey import survey
    from bastide.prove.invariants_guardrails import standing_of

    known = given or Known(management_account=MODEL_ACCOUNT)
    estate = expand(declaration.architecture, known, file=str(file), places=declaration.place, today=today)
    found = survey(declaration.architecture, known, str(file), declaration.place)
    shared = shared_values(found)
    choices = {}
    on = standings(found, today, [])
    for member in found.members:
        at = on[f"{member.path}/{OF_ACCOUNT}{member.name}"]
        choices[member.id] = [
            (choice.guardrail, choice.statements(shared), {**shared, **choice.parameters})
            for choice in at.choices.values()
            if not choice.warn
        ]
    return estate, standing_of(choices)


def _as_text(proofs: Sequence[Proof], estate: Estate, replays: Replays | None = None) -> str:
    from bastide.prove.difference import in_words
    from bastide.prove.proof import COUNTEREXAMPLE, EXEMPT, NOT_PROVED, PROVED

    lines = []
    for proof in proofs:
        lines.append(f"{proof.status:<14} {proof.name}: {proof.about}")
        if proof.status not in (PROVED, EXEMPT):
            lines.append(f"{'':15}in {', '.join(map(estate.account_name, proof.where)) or 'the organization'}")
        tried = (replays or {}).get(proof.name, [])
        for number, example in enumerate(proof.examples[:SHOWN] if proof.status != PROVED else ()):
            lines.append(f"{'':15}{in_words(example)}")
            lines += [f"{'':15}→ {one.status}: {one.why}" for one in tried[number : number + 1]]
        lines += [f"{'':15}{why}" for why in proof.why]
    counts = {
        status: sum(proof.status == status for proof in proofs) for status in (PROVED, COUNTEREXAMPLE, NOT_PROVED)
    }
    exempt = sum(proof.status == EXEMPT for proof in proofs)
    lines.append(
        f"{counts[PROVED]} proved, {counts[COUNTEREXAMPLE]} with a counterexample, {counts[NOT_PROVED]} not proved"
        + (f", {exempt} exempt" if exempt else "")
    )
    if replays is not None:
        lines.append(_told(replays))
    return "\n".join(lines)


def _told(replays: Replays) -> str:
    every = [one.status for each in replays.values() for one in each]
    if not every:
        return "no counterexample to try"
    counts = ", ".join(f"{every.count(one)} {one}" for one in ("confirmed", "refuted", "not replayed"))
    return f"{len(every)} counterexamples tried in the sandbox: {counts}"


def _as_json(proofs: Sequence[Proof], estate: Estate, replays: Replays | None = None) -> dict[str, object]:
    from dataclasses import asdict

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
                **({} if replays is None else {"replays": [asdict(one) for one in replays.get(proof.name, [])]}),
            }
            for proof in proofs
        ],
    }
