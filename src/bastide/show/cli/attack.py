"""``bastide attack``: what intruders do, played against the deployed architecture, and what stops or sees it."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError
from bastide.show.cli.options import OutputOption

if TYPE_CHECKING:
    from bastide.attack.matrix import Matrix

GATE_HIT = 1
INCOMPLETE = 3


def command(
    file: Annotated[Path, typer.Argument(help="The architecture file.")] = Path("examples/acme.yaml"),
    only: Annotated[
        list[str] | None, typer.Option("--only", help="A technique's id or MITRE id; may be given several times.")
    ] = None,
    tactic: Annotated[list[str] | None, typer.Option("--tactic", help="Only these tactics (repeatable).")] = None,
    account: Annotated[str, typer.Option(help="The member account that is broken into, by its name.")] = "",
    bare: Annotated[bool, typer.Option("--bare", help="Detach the guardrails first: the attacks should work.")] = False,
    fail_on: Annotated[str, typer.Option(help="Exit 1 on: missed, recorded (whatever worked) or unexpected.")] = "",
    list_: Annotated[bool, typer.Option("--list", help="Only list the techniques; nothing is deployed.")] = False,
    output: OutputOption = None,
) -> None:
    """Deploy FILE into a sandbox of its own, play every attack against it, and print the matrix."""
    from bastide.attack.library import chosen
    from bastide.attack.matrix import GATES
    from bastide.show.reports import attack_library, attack_matrix, parse_outputs
    from bastide.show.reports.formats import write_text

    formats = attack_library.FORMATS if list_ else attack_matrix.FORMATS
    outputs = parse_outputs(output or ["table"], tuple(formats))
    if fail_on and fail_on not in GATES:
        raise InputError(f"{fail_on!r} is no gate of attack", "--fail-on", f"one of {', '.join(GATES)}")
    scripts = chosen(only or (), tactic or ())
    if list_:
        for one in outputs:
            write_text(attack_library.FORMATS[one.format](scripts), one.path)
        return
    matrix = _played(file, account, bare, only or [], tactic or [])
    for one in outputs:
        write_text(attack_matrix.FORMATS[one.format](matrix), one.path)
    raise typer.Exit(_code(matrix, fail_on))


def _played(file: Path, account: str, bare: bool, only: list[str], tactics: list[str]) -> Matrix:
    from bastide.attack.library import chosen
    from bastide.show.attacking import attacked, deployed
    from bastide.show.progress import bar

    if not file.exists():
        raise InputError(f"there is no file {file}", fix="run it in a checkout, or name an architecture file")
    if find_spec("moto") is None:
        raise InputError("the sandbox is not installed", fix="pip install 'bastide[sandbox]'")
    scripts = chosen(only, tactics)
    with bar("attacking") as progress, deployed(file, account) as field:
        if progress is not None:
            progress.start(len(scripts))
        return attacked(field, scripts, bare=bare, progress=progress)


def _code(matrix: Matrix, gate: str) -> int:
    """0, 1 when the gate was hit, 3 when an attack died of something that is no refusal."""
    for one in matrix.results:
        if one.outcome in ("failed", "not played"):
            print(f"{one.outcome}: {one.technique.id}: {one.why}", file=sys.stderr)
    if gate and matrix.hits(gate):
        return GATE_HIT
    return 0 if matrix.complete else INCOMPLETE
