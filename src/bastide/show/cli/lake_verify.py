"""``bastide lake verify``: whether the lake's files are those that were sealed when they were written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError
from bastide.show.workspace import Settings

if TYPE_CHECKING:
    from bastide.lake.merkle.check import Checked

TAMPERED, INCOMPLETE = 1, 3


def verify(
    file: Annotated[Path, typer.Option("--file", help="The architecture file; .bastide lies beside it.")] = Path(
        "architecture.yaml"
    ),
    lake: Annotated[
        Path | None, typer.Option("--lake", help="The lake's folder, when it is not .bastide/lake.")
    ] = None,
    table: Annotated[list[str] | None, typer.Option("--table", help="Only this table; repeatable.")] = None,
    key: Annotated[Path | None, typer.Option(help="The public key that you kept; else the lake's own.")] = None,
    head: Annotated[
        list[str] | None,
        typer.Option(help="TABLE=HASH of an earlier run, which the chain must still hold; repeatable."),
    ] = None,
    show_key: Annotated[bool, typer.Option("--show-key", help="Print the public key, to be kept elsewhere.")] = False,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
) -> None:
    """Find changed, missing and added files and row groups; exit 0 all well, 1 tampered with, 3 not all proved."""
    from bastide.lake.merkle.check import check_table
    from bastide.lake.merkle.key import own_public_key, public_pem, read_public_key
    from bastide.show.lake import open_lake

    if output not in ("table", "json"):
        raise InputError(f"{output!r} is not a format of lake verify", fix="use table or json")
    opened = open_lake(Settings(file), lake)
    public = read_public_key(key) if key else own_public_key(opened.root)
    if show_key:
        typer.echo(public_pem(public), nl=False)
        return
    names = _tables(opened.names(), sorted(path.name for path in (opened.root / "seals").glob("*")), table or [])
    checked = [check_table(opened.root, name, set(opened.files(name)), public) for name in names]
    _expect(checked, head or [])
    typer.echo(_render(checked, output))
    found = [one for part in checked for one in part.differences]
    raise typer.Exit(TAMPERED if any(one.is_tampering for one in found) else INCOMPLETE if found else 0)


def _tables(there: Sequence[str], sealed: Sequence[str], wanted: Sequence[str]) -> list[str]:
    known = sorted({*there, *sealed})
    wrong = [name for name in wanted if name not in known]
    if wrong:
        raise InputError(f"the lake has no table {wrong[0]!r}", "--table", f"it has {', '.join(known) or 'none'}")
    return list(wanted) or known


def _expect(checked: Sequence[Checked], heads: Sequence[str]) -> None:
    by_name = {one.table: one for one in checked}
    for head in heads:
        name, _, value = head.partition("=")
        if name not in by_name or not value:
            raise InputError(f"{head!r} names no table of the lake and hash", "--head", "write it as cloudtrail=12ab…")
        by_name[name].expect(value)


def _render(checked: Sequence[Checked], form: str) -> str:
    if form == "json":
        tables = [
            {"table": one.table, "seals": one.seals, "files": one.files, "bytes": one.bytes, "head": one.head}
            for one in checked
        ]
        rows = [asdict(found) | {"tampering": found.is_tampering} for one in checked for found in one.differences]
        return json.dumps({"schema": "bastide.lake-verify/1", "tables": tables, "findings": rows}, indent=2)
    lines = []
    for one in checked:
        lines += [
            f"{'tampered' if found.is_tampering else 'incomplete':<10} {found.kind:<13} {found.what}\n"
            f"  at   {found.where}" + (f"\n  sealed {found.since}" if found.since else "")
            for found in one.differences
        ]
        state = "all well" if not one.differences else f"{len(one.differences):,} findings"
        size = f"{one.files:,} files, {one.bytes / 1e6:,.1f} MB"
        lines.append(f"{one.table}: {state}; {size}, {one.seals:,} seals, head {one.head or 'none'}")
    return "\n".join(lines) or "the lake is empty"
