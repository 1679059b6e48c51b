"""The lake's tables as DDL of other engines: Athena's (in the Glue catalogue) and Trino's, both Iceberg.

Source: Amazon Athena User Guide, "Creating Iceberg tables"; Trino documentation, "Iceberg connector".
"""

from __future__ import annotations

from collections.abc import Collection

from bastide.errors import InputError
from bastide.lake.table import Table, read_tables

DATABASE = "bastide"
# Athena and Spark both have the names of Hive.
HIVE_TYPES = {
    "string": "string",
    "json": "string",
    "boolean": "boolean",
    "int": "int",
    "bigint": "bigint",
    "double": "double",
    "timestamp": "timestamp",
}
_TRINO = {
    "string": "varchar",
    "json": "varchar",
    "boolean": "boolean",
    "int": "integer",
    "bigint": "bigint",
    "double": "double",
    "timestamp": "timestamp(6) with time zone",
}


def render_ddl(dialect: str, location: str, tables: Collection[str] | None = None) -> str:
    """The statements that make the tables (by lower-case name; None: all) below a location, one after the other.

    Raises:
        InputError: the dialect has no DDL here, or the location is no address of a bucket.
    """
    if dialect not in ("athena", "trino"):
        raise InputError(f"there is no DDL for {dialect}", fix="--ddl goes with --print athena or trino")
    if not location.startswith("s3://") or "'" in location:
        raise InputError(f"{location!r} is no place for tables", fix="give --location s3://bucket/prefix")
    chosen = [table for table in read_tables().values() if tables is None or table.name.lower() in tables]
    render = _athena if dialect == "athena" else _trino
    return "\n\n".join([_database(dialect, location), *(render(table, location.rstrip("/")) for table in chosen)])


def _database(dialect: str, location: str) -> str:
    if dialect == "athena":
        return f"CREATE DATABASE IF NOT EXISTS {DATABASE};"
    return f"CREATE SCHEMA IF NOT EXISTS {DATABASE} WITH (location = '{location.rstrip('/')}');"


def _athena(table: Table, location: str) -> str:
    columns = ",\n".join(
        f"  `{column.name.lower()}` {HIVE_TYPES[column.type]} COMMENT '{_text(column.about)}'"
        for column in table.columns
    )
    return (
        f"CREATE TABLE {DATABASE}.{table.name.lower()} (\n{columns}\n)\n"
        f"PARTITIONED BY (day(`{table.time.lower()}`), `account`)\n"
        f"LOCATION '{location}/{table.name.lower()}'\n"
        "TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet', 'write_compression' = 'zstd');"
    )


def _trino(table: Table, location: str) -> str:
    columns = ",\n".join(
        f"  \"{column.name.lower()}\" {_TRINO[column.type]} COMMENT '{_text(column.about)}'" for column in table.columns
    )
    return (
        f"CREATE TABLE {DATABASE}.{table.name.lower()} (\n{columns}\n)\n"
        f"WITH (format = 'PARQUET', partitioning = ARRAY['day({table.time.lower()})', 'account'],\n"
        f"  location = '{location}/{table.name.lower()}');"
    )


def _text(about: str) -> str:
    return about.replace("'", "''")
