"""``bastide query``: SQL over logs, inventory, findings and exemptions; named queries; a console."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bastide.errors import InputError
from bastide.show.workspace import Settings, Workspace, now

if TYPE_CHECKING:
    from bastide.lake.query import Query, Session

ROWS = 10_000
SECONDS = 300.0


def command(  # noqa: PLR0913, PLR0917 - a command has as many options as it needs
    query: Annotated[
        str, typer.Argument(help="SQL, or the name of a query of the library; a console without it.")
    ] = "",
    sql_file: Annotated[Path | None, typer.Option("-f", "--sql-file", help="A file with one query.")] = None,
    param: Annotated[list[str] | None, typer.Option("--param", help="NAME=VALUE for $NAME; repeatable.")] = None,
    output: Annotated[
        list[str] | None, typer.Option("-o", "--output", help="table, csv, json, jsonl or parquet, or FORMAT=PATH.")
    ] = None,
    since: Annotated[str, typer.Option(help="Only from this time on: 7d, 24h, 2026-01-31, or ISO 8601.")] = "",
    until: Annotated[str, typer.Option(help="Only before this time.")] = "",
    account: Annotated[list[str] | None, typer.Option(help="Only this account; repeatable.")] = None,
    store: Annotated[
        list[str] | None, typer.Option(help="Of its table only the rows of this event data store; repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most so many rows; 0 is no limit.")] = ROWS,
    timeout: Annotated[float, typer.Option(min=0, help="Give up after so many seconds; 0 is never.")] = SECONDS,
    engine: Annotated[str, typer.Option(help="duckdb, or spark (needs bastide[spark] and Java).")] = "duckdb",
    print_: Annotated[str, typer.Option("--print", help="Only print the SQL for duckdb, spark, trino or athena.")] = "",
    ddl: Annotated[bool, typer.Option("--ddl", help="With --print: also the tables' DDL (athena and trino).")] = False,
    location: Annotated[str, typer.Option(help="With --ddl: where the tables lie.")] = "s3://BUCKET/bastide",
    list_: Annotated[bool, typer.Option("--list", help="List the library's queries.")] = False,
    file: Annotated[Path, typer.Option("--file", help="The architecture file; .bastide lies beside it.")] = Path(
        "architecture.yaml"
    ),
    lake: Annotated[Path | None, typer.Option(help="The lake's folder, when it is not .bastide/lake.")] = None,
) -> None:
    """Ask the lake in SQL: it only ever reads, and nothing but the lake's tables."""
    _require_packages()
    from bastide.show.cli.query_library import write_list
    from bastide.show.cli.query_output import FORMATS
    from bastide.show.reports import parse_outputs

    outputs = parse_outputs(output or ["table"], FORMATS)
    if len(outputs) != 1:
        raise InputError("one -o at a time", fix="run the query once for each format")
    if list_:
        write_list(outputs[0].format, query)
        return
    session = _session(Settings(file), lake, since, until, tuple(account or ()), engine, store or [])
    asked = _query(query, sql_file)
    given = _parameters(param or [])
    if print_ or ddl:
        _print(session, asked, given, print_ or "athena", location if ddl else "")
    elif asked is None:
        from bastide.show.cli.query_console import converse

        converse(session, Settings(file).state, limit, timeout)
    else:
        _answer(session, asked, given, limit, timeout, outputs[0].format, outputs[0].path)


def _session(
    settings: Settings,
    folder: Path | None,
    since: str,
    until: str,
    accounts: tuple[str, ...],
    engine: str,
    stores: list[str],
) -> Session:
    """The session that the options name.

    Raises:
        InputError: an option is wrong, or the lake's packages are not installed.
    """
    from bastide.lake.engine import Span
    from bastide.lake.engine.moment import parse_moment
    from bastide.lake.query import Session
    from bastide.lake.query.session import ENGINES
    from bastide.lake.stores import read_stores
    from bastide.show.cli.query_tables import COLUMNS, other_sources
    from bastide.show.lake import has_lake, lake_folder, open_lake

    if engine not in ENGINES:
        raise InputError(f"{engine!r} is no engine", fix=f"one of {', '.join(ENGINES)}")
    for account in accounts:
        if not (account.isdigit() and len(account) == 12) and account != "unknown":
            raise InputError(f"{account!r} is no account", fix="give 12 digits")
    moment = now()
    span = Span(
        parse_moment(since, moment, "--since") if since else None,
        parse_moment(until, moment, "--until") if until else None,
        accounts,
        tuple(read_stores(lake_folder(settings, folder)).find(name) for name in stores),
    )
    if span.since and span.until and span.since >= span.until:
        raise InputError("--since is not before --until", fix="swap them")
    if folder and not has_lake(settings, folder):
        raise InputError("there is no lake", str(folder), "bastide ingest makes one")
    opened = open_lake(settings, folder) if has_lake(settings, folder) else None
    place = Workspace(settings)
    return Session(
        opened, other_sources(place), COLUMNS, span, engine, lambda text: typer.echo(f"note: {text}", err=True)
    )


def _require_packages() -> None:
    from importlib.util import find_spec

    missing = [name for name in ("duckdb", "pyiceberg", "sqlglot", "pyarrow") if find_spec(name) is None]
    if missing:
        raise InputError(f"not installed: {', '.join(missing)}", fix="pip install 'bastide[lake]'")


def _query(text: str, file: Path | None) -> Query | None:
    """The query that was asked for: a file, SQL, or a name; None for the console."""
    from bastide.lake.query import Query, parse_query
    from bastide.lake.query.library import find_query

    if file is not None:
        if text:
            raise InputError("give a query or -f FILE, not both")
        try:
            return parse_query(file.read_text(encoding="utf-8-sig"), str(file))
        except (OSError, UnicodeDecodeError) as wrong:
            raise InputError(f"cannot be read: {wrong}", str(file)) from wrong
    if not text and not sys.stdin.isatty():
        return None
    if not text.strip():
        return None
    return find_query(text) if _is_name(text) else Query("query", text)


def _is_name(text: str) -> bool:
    return text.replace("-", "").replace("_", "").isalnum() and text.lower() not in ("select", "explain", "describe")


def _parameters(texts: list[str]) -> dict[str, str]:
    wrong = [text for text in texts if "=" not in text]
    if wrong:
        raise InputError(f"--param {wrong[0]!r} is not NAME=VALUE")
    return {name: value for name, _, value in (text.partition("=") for text in texts)}


def _print(session: Session, query: Query | None, given: dict[str, str], dialect: str, location: str) -> None:
    from bastide.lake.sql import DIALECTS
    from bastide.lake.sql.ddl import render_ddl

    if dialect not in DIALECTS:
        raise InputError(f"{dialect!r} is no dialect", fix=f"one of {', '.join(DIALECTS)}")
    if query is None and not location:
        raise InputError("there is no query to print", fix="give SQL, a name or -f FILE")
    statement = session.parse(query, given) if query else None
    if location:
        typer.echo(render_ddl(dialect, location, statement.tables if statement else None))
    if query:
        typer.echo(session.render(query, given, dialect) + ";")


def _answer(
    session: Session, query: Query, given: dict[str, str], limit: int, timeout: float, form: str, path: Path | None
) -> None:
    from bastide.show.cli.query_output import write_answer

    answer = session.ask(query, given, limit=limit, seconds=timeout)
    count = write_answer(answer, form, path)
    more = "; there are more (--limit 0 shows all)" if answer.more else ""
    if sys.stderr.isatty() or more:
        typer.echo(f"{count} rows{more}", err=True)
