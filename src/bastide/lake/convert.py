"""Rows as newline-delimited JSON into Arrow's columns, by DuckDB.

One idea: DuckDB is told every column's type and where it comes from, so it neither guesses nor reads twice. It sorts;
``parquet`` writes, since DuckDB's own partitioned writing keeps buffers for every column of every partition.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from bastide.lake.parquet import arrow_schema
from bastide.lake.table import SQL_TYPES, Table


class NotConvertedError(ValueError):
    """The lines are no NDJSON, or not of the declared types."""


def connect(threads: int = 1, memory_mb: int = 700, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB of its own, in UTC, with limits."""
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}; SET memory_limit = '{int(memory_mb)}MB'; SET timezone = 'UTC'")
    connection.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
    if spill is not None:
        connection.execute(f"SET temp_directory = {_quoted(str(spill))}")
    return connection


def read_rows(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    lines: Path,
    *,
    read: Mapping[str, str] | None = None,
    derive: Mapping[str, str] | None = None,
    select: Mapping[str, str] | None = None,
) -> pa.Table:
    """The rows of the NDJSON file `lines`, sorted by day, account and the table's `sort`.

    `read` maps the lines' keys to SQL types (default: the table's columns), `derive` names expressions over them, and
    `select` gives an expression over both for columns that are not simply the key of their name. A row without a time
    is of the day null, one without an account
    of the account `unknown`. Raises NotConvertedError, and OSError when the disk is full.
    """
    types = dict(read) if read else {column.name: SQL_TYPES[column.type] for column in table.columns}
    columns = ", ".join(f"{_quoted(name)}: {_quoted(kind)}" for name, kind in types.items())
    longest = 256 * 1024 * 1024
    source = (
        f"read_ndjson({_quoted(str(lines))}, columns = {{{columns}}}, maximum_object_size = {longest}, "
        "compression = 'uncompressed')"
    )
    more = [f"{value} AS {_name(name)}" for name, value in (derive or {}).items()]
    order = ", ".join(_name(column) for column in table.sort)
    query = f"""
        WITH lines AS (SELECT {", ".join(("*", *more))} FROM {source}),
             found AS (SELECT {render_select(table, types, select or {})} FROM lines)
        SELECT * FROM found ORDER BY CAST({_name(table.time)} AS DATE), account, {order}
    """
    try:
        rows = connection.sql(query).to_arrow_table()
    except duckdb.IOException as wrong:
        raise OSError(str(wrong).partition("\n")[0]) from wrong
    except duckdb.Error as wrong:
        raise NotConvertedError(str(wrong).partition("\n")[0]) from wrong
    return rows.cast(arrow_schema(table))


def render_select(table: Table, types: Mapping[str, str], select: Mapping[str, str]) -> str:
    """The projection that gives the table's columns, each of its type."""
    parts = []
    for column in table.columns:
        name = _name(column.name)
        value = select.get(column.name) or (name if column.name in types else "NULL")
        if column.name == "account":
            # It names a partition: what is no account's number or name would make one of every odd row.
            value = f"CASE WHEN regexp_full_match({value}, '[0-9A-Za-z_-]{{1,64}}') THEN {value} ELSE 'unknown' END"
        parts.append(f"CAST({value} AS {SQL_TYPES[column.type]}) AS {name}")
    return ", ".join(parts)


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
