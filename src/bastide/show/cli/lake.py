"""``bastide lake``: event data stores, retention, compaction and state of the lake."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bastide.errors import InputError
from bastide.show.cli.lake_export import export
from bastide.show.cli.lake_generate import generate
from bastide.show.cli.lake_verify import verify
from bastide.show.workspace import Settings, now

if TYPE_CHECKING:
    from bastide.lake import Lake

command = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, help=__doc__)
command.command()(generate)
command.command()(verify)
command.command()(export)

FileOption = Annotated[Path, typer.Option("--file", help="The architecture file; .bastide lies beside it.")]
LakeOption = Annotated[Path | None, typer.Option("--lake", help="The lake's folder, when it is not .bastide/lake.")]
OutputOption = Annotated[str, typer.Option("-o", "--output", help="table or json.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")]
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait while another process writes the lake.")]
TableOption = Annotated[list[str] | None, typer.Option("--table", help="Only this table; repeatable.")]
ARCHITECTURE = Path("architecture.yaml")
_QUARANTINED = 50


@command.command()
def status(file: FileOption = ARCHITECTURE, lake: LakeOption = None, output: OutputOption = "table") -> None:
    """Tell what the lake holds: tables, kinds of logs, event data stores, files that were refused."""
    from bastide.lake.stores import read_stores

    opened = _open(file, lake)
    tables = [_table_facts(opened, name) for name in opened.names()]
    kinds, refused = _manifest_facts(opened)
    stores = [asdict(store) for store in read_stores(opened.root).stores]
    facts = {"lake": str(opened.root), "tables": tables, "kinds": kinds, "stores": stores, "quarantined": refused}
    if _wants_json(output, "status", facts):
        return
    for table in tables:
        days = f"{table['first_day']} … {table['last_day']}" if table["first_day"] else "no days"
        typer.echo(
            f"{table['table']:<16} {table['rows']:>14,} rows  {table['files']:>6,} files  "
            f"{table['bytes'] / 1e6:>10,.1f} MB  {table['accounts']:>4} accounts  {days}"
        )
    if not tables:
        typer.echo("the lake is empty")
    for kind in kinds:
        typer.echo(f"taken: {kind['kind']}: {kind['rows']:,} rows of {kind['files']:,} files")
    for one in refused:
        typer.echo(f"quarantined: {one['where']}: {one['reason']}")


def _table_facts(lake: Lake, name: str) -> dict[str, Any]:
    files = lake.data_files(name)
    days = sorted(file.day for file in files if file.day)
    found = lake.table(name)
    return {
        "table": name,
        "rows": sum(file.rows for file in files),
        "files": len(files),
        "bytes": sum(file.bytes for file in files),
        "accounts": len({file.account for file in files}),
        "first_day": str(days[0]) if days else None,
        "last_day": str(days[-1]) if days else None,
        "snapshots": len(found.snapshots()) if found is not None else 0,
    }


def _manifest_facts(lake: Lake) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    from bastide.ingest.manifest import Manifest

    path = lake.root / "manifest.db"
    if not path.exists():
        return [], []
    manifest = Manifest(path, read_only=True)
    try:
        kinds = [
            {"kind": kind or "empty", "files": items, "rows": rows, "bytes": size}
            for kind, (items, rows, size) in manifest.totals().items()
        ]
        entries = manifest.entries("quarantined", _QUARANTINED)
    finally:
        manifest.close()
    return kinds, [
        {"where": f"{one.source.rstrip('/')}/{one.key}", "reason": one.reason, "at": one.at} for one in entries
    ]


@command.command()
def stores(  # noqa: PLR0913, PLR0917 - a command has as many options as it needs
    name: Annotated[str, typer.Argument(help="The store to show, make or change; all without it.")] = "",
    retention: Annotated[int, typer.Option(min=0, help="Days to keep; makes or changes the store.")] = 0,
    account: Annotated[list[str] | None, typer.Option(help="Selects an account; repeatable.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="Selects a Region; repeatable.")] = None,
    event_source: Annotated[list[str] | None, typer.Option(help="Selects a service (ec2.amazonaws.com).")] = None,
    event_name: Annotated[list[str] | None, typer.Option(help="Selects an API action; repeatable.")] = None,
    read_only: Annotated[bool | None, typer.Option("--read-only/--write-only", help="Only reads, or only writes.")] = (
        None
    ),
    hold: Annotated[bool | None, typer.Option("--hold/--no-hold", help="Legal hold: nothing is deleted.")] = None,
    table: Annotated[str, typer.Option(help="The table that the store is a part of.")] = "cloudtrail",
    remove: Annotated[bool, typer.Option("--remove", help="Forget the store; its rows stay.")] = False,
    file: FileOption = ARCHITECTURE,
    lake: LakeOption = None,
    output: OutputOption = "table",
) -> None:
    """List event data stores; with --retention make or change one: name, selectors, days, legal hold."""
    from bastide.lake.stores import Selectors, held, make_store, read_stores, render_predicate, write_stores

    opened = _open(file, lake, make=bool(retention))
    selectors = Selectors(
        tuple(account or ()), tuple(region or ()), tuple(event_source or ()), tuple(event_name or ()), read_only
    )
    if not name and (retention or remove or hold is not None):
        raise InputError("which event data store?", fix="bastide lake stores NAME …")
    if selectors != Selectors() and not retention:
        raise InputError("selectors come with --retention DAYS, which makes or changes the store")
    if retention or remove or hold is not None:
        with opened.lock():
            known = read_stores(opened.root)
            if remove:
                known = known.remove(name)
            elif retention:
                before = next((one for one in known.stores if one.name == name), None)
                made = make_store(name, retention, selectors, table=table)
                known = known.put(held(made, hold=bool(before and before.hold) if hold is None else hold))
            else:
                known = known.put(held(known.find(name), hold=bool(hold)))
            write_stores(opened.root, known)
    found = read_stores(opened.root)
    shown = [found.find(name)] if name and not remove else list(found.stores)
    if _wants_json(output, "stores", {"stores": [asdict(store) for store in shown]}):
        return
    for store in shown:
        mark = "  on legal hold" if store.hold else ""
        typer.echo(f"{store.name:<24} {store.retention:>5} days  {store.table}: {render_predicate(store)}{mark}")
    if not shown:
        typer.echo("no event data stores: everything is kept for ever")


@command.command()
def compact(
    table: TableOption = None,
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    file: FileOption = ARCHITECTURE,
    lake: LakeOption = None,
    output: OutputOption = "table",
) -> None:
    """Merge the small files of every day and account into one: the same rows, sorted, without doubles."""
    from bastide.lake.compact import compact as merge_files

    opened = _open(file, lake)
    with _writing(opened, wait):
        done = merge_files(opened, opened.new_stamp(now()), _tables(opened, table), dry_run=dry_run)
    if _wants_json(output, "compact", {"dry_run": dry_run, "tables": [asdict(one) for one in done]}):
        return
    for one in done:
        doubles = f", {one.doubles:,} doubles dropped" if one.doubles else ""
        typer.echo(
            f"{one.table}: {one.before:,} small files {_verb(dry_run)} {one.after:,} ({one.rows:,} rows{doubles})"
        )


def _verb(dry_run: bool) -> str:
    return "would become" if dry_run else "became"


@command.command()
def retain(
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    file: FileOption = ARCHITECTURE,
    lake: LakeOption = None,
    output: OutputOption = "table",
) -> None:
    """Delete what is older than its event data stores keep; --dry-run first. On the disk it goes with expire."""
    from bastide.lake.retention import retain as delete_old
    from bastide.lake.stores import read_stores

    opened = _open(file, lake)
    with _writing(opened, wait):
        done = delete_old(opened, read_stores(opened.root), now(), dry_run=dry_run)
    if _wants_json(output, "retain", {"dry_run": dry_run, "tables": [asdict(one) for one in done]}):
        return
    would = "would be " if dry_run else ""
    for one in done:
        typer.echo(
            f"{one.table}: {one.rows:,} rows {would}deleted: {one.dropped:,} files {would}dropped, "
            f"{one.rewritten:,} {would}written again"
        )
    if not any(one.rows for one in done):
        typer.echo("nothing is older than its event data stores keep it")


@command.command()
def expire(
    older_than: Annotated[int, typer.Option(min=0, help="Days for which snapshots are kept.")] = 7,
    table: TableOption = None,
    dry_run: DryRunOption = False,
    wait: WaitOption = False,
    file: FileOption = ARCHITECTURE,
    lake: LakeOption = None,
    output: OutputOption = "table",
) -> None:
    """Forget old snapshots, and remove from the disk what no snapshot names any more."""
    from bastide.lake.compact import expire as forget_old

    opened = _open(file, lake)
    with _writing(opened, wait):
        limit = now() - timedelta(days=older_than)
        done = forget_old(opened, limit, _tables(opened, table), dry_run=dry_run)
    if _wants_json(output, "expire", {"dry_run": dry_run, "tables": [asdict(one) for one in done]}):
        return
    would = "would be " if dry_run else ""
    for one in done:
        typer.echo(
            f"{one.table}: {one.snapshots:,} snapshots {would}forgotten, "
            f"{one.files:,} files ({one.bytes / 1e6:,.1f} MB) {would}removed"
        )


def _open(file: Path, folder: Path | None, *, make: bool = False) -> Lake:
    from bastide.show.lake import open_lake

    return open_lake(Settings(file), folder, make=make)


@contextmanager
def _writing(lake: Lake, wait: bool) -> Iterator[None]:
    """The lake's lock, and what a killed ingest left put right."""
    from bastide.ingest.commit import recover
    from bastide.ingest.manifest import Manifest

    with lake.lock(wait=wait):
        manifest = Manifest(lake.root / "manifest.db")
        try:
            recover(lake, manifest)
            yield
        finally:
            manifest.close()


def _tables(lake: Lake, asked: Sequence[str] | None) -> list[str]:
    have = lake.names()
    for name in asked or ():
        if name not in have:
            raise InputError(f"the lake has no table {name!r}", fix=f"it has {', '.join(have) or 'none yet'}")
    return list(asked or have)


def _wants_json(output: str, what: str, facts: dict[str, Any]) -> bool:
    """Print the facts when JSON is asked for. Raises InputError when neither JSON nor a table is."""
    if output not in ("table", "json"):
        raise InputError(f"{output!r} is not a format of lake {what}", fix="use table or json")
    if output == "json":
        typer.echo(json.dumps({"schema": f"bastide.lake-{what}/1", **facts}, indent=2))
    return output == "json"
