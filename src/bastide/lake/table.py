"""What a table of the lake is: columns with types and meanings, how rows are partitioned and sorted.

One idea: a table is declared once, in ``tables/<name>.yaml``, in the field names of the log's own documentation;
Iceberg's, Arrow's and SQL's ideas of it are derived. Every table ends with the same three columns, which keep what the
typed ones cannot: `rest` (fields of the original with no column, or with a value of another type), `flags` (what was
odd about the row) and `sourceFile`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

Type = Literal["string", "json", "boolean", "int", "bigint", "double", "timestamp"]

# Type → (DuckDB's and Spark's name is derived from it in `sql`) the name in SQL.
SQL_TYPES: dict[str, str] = {
    "string": "VARCHAR",
    "json": "VARCHAR",
    "boolean": "BOOLEAN",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "timestamp": "TIMESTAMPTZ",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `json` is JSON text; a `timestamp` is UTC with microseconds."""

    name: str
    type: Type
    about: str


# What every table has beside its own columns.
COMMON = (
    Column("rest", "json", "fields of the original that have no column, or a value of another type than the column's"),
    Column("flags", "string", "what was odd about the record, as words separated by commas; null when nothing was"),
    Column("sourceFile", "string", "the file or object that the record came from"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: partitioned by the day of `time` and by `account`; `sort` is the order inside a file."""

    name: str
    about: str
    source: str
    time: str
    sort: tuple[str, ...]
    columns: tuple[Column, ...]
    # Columns that tell a row from every other; empty when equal rows may both be right.
    identity: tuple[str, ...] = ()

    @property
    def bounded(self) -> set[str]:
        """The columns whose least and greatest values in a file help to leave it out."""
        numbers = {column.name for column in self.columns if column.type not in ("string", "json")}
        return numbers | {"account", *self.sort}

    def column(self, name: str) -> Column:
        """The column of that name in any case. Raises KeyError."""
        found = {column.name.lower(): column for column in self.columns}
        return found[name.lower()]


def parse_table(text: str) -> Table:
    """The table that a YAML file declares. Raises KeyError, TypeError or ValueError on anything else."""
    raw: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    columns = tuple(Column(row["name"], row["type"], str(row["about"])) for row in raw["columns"])
    table = Table(
        raw["table"],
        raw["about"],
        raw["source"],
        raw["time"],
        tuple(raw["sort"]),
        columns + COMMON,
        tuple(raw.get("identity", ())),
    )
    for name in (table.time, "account", *table.sort, *table.identity):
        table.column(name)
    return table


@cache
def read_tables() -> dict[str, Table]:
    """Every table that Bastide declares, by name, in the order of the names."""
    folder = resources.files("bastide.lake") / "tables"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    tables = [parse_table(file.read_text(encoding="utf-8")) for file in files]
    return {table.name: table for table in tables}
