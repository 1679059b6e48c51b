"""Scores of standards over time: one row for each standard of a run.

The one idea: an older database lacks the table, and needs no other change: it is made when the first score is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, String, Table, Text, insert, inspect, select

from bastide.store.schema import METADATA

SCORES = Table(
    "scores",
    METADATA,
    Column("run", String(64), primary_key=True),
    Column("standard", String(256), primary_key=True),
    Column("target", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    Column("body", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class KeptScore:
    """The scores of one standard in one run. ``at`` is ISO 8601 UTC; ``body`` holds the whole, accounts and units."""

    run: str
    standard: str
    at: str
    body: Mapping[str, Any]


def keep(connection: Connection, target: str, scores: list[KeptScore]) -> None:
    """Write scores; the table is made when there is none."""
    METADATA.create_all(connection, tables=[SCORES])
    for one in scores:
        row = {"run": one.run, "standard": one.standard, "target": target, "at": one.at}
        connection.execute(insert(SCORES).values(**row, body=json.dumps(one.body, sort_keys=True)))


def read(connection: Connection, target: str, standard: str) -> list[KeptScore]:
    """The scores of a standard on a target, oldest first."""
    if not inspect(connection).has_table(SCORES.name):
        return []
    query = select(SCORES).where(SCORES.c.target == target, SCORES.c.standard == standard)
    rows = connection.execute(query.order_by(SCORES.c.at, SCORES.c.run)).mappings()
    return [KeptScore(row["run"], row["standard"], row["at"], json.loads(row["body"])) for row in rows]
