"""The tables, and the version that a reader insists on."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

VERSION = "1"
METADATA = MetaData()

META = Table("meta", METADATA, Column("name", String(64), primary_key=True), Column("value", Text, nullable=False))

RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),  # apply | undo | assess
    Column("target", String(64), nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("ended_at", String(32), nullable=False, default=""),
    Column("status", String(16), nullable=False),
    Column("plan_digest", String(64), nullable=False, default=""),
    Column("undoes", String(64), nullable=False, default=""),
)

LEDGER = Table(
    "ledger",
    METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("run", String(64), nullable=False),
    Column("body", Text, nullable=False),  # canonical JSON of the entry: what the hash covers
    Column("hash", String(64), nullable=False),
    Index("ledger_run", "run"),
)

OWNED = Table(
    "owned",
    METADATA,
    Column("target", String(64), primary_key=True),
    Column("type", String(128), primary_key=True),
    Column("account", String(12), primary_key=True),
    Column("region", String(32), primary_key=True),
    Column("id", String(1024), primary_key=True),
    Column("provisional_id", String(1024), nullable=False),
    Column("run", String(64), nullable=False),
)

BINDINGS = Table(
    "bindings",
    METADATA,
    Column("target", String(64), primary_key=True),
    Column("provisional", String(256), primary_key=True),
    Column("real", String(1024), nullable=False),
)

FINDINGS = Table(
    "findings",
    METADATA,
    Column("target", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("run", String(64), nullable=False),
    Column("body", Text, nullable=False),
)
