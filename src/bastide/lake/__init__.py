"""The lake: audit logs and configuration history at rest, as Iceberg tables that many engines can read.

Input: Parquet files of one partition each (``ingest`` makes them from logs). Output: tables, pruned file lists, SQL.
Entry points: ``Lake.open`` (the catalogue), ``read_tables`` (what tables there are and what their columns mean). Tables
are partitioned by day and account; Region is a sorted column, since Region × account × day makes a file an event.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bastide.lake.table import Column, Table, read_tables

if TYPE_CHECKING:
    from bastide.lake.catalog import Lake, Scope

__all__ = ["Column", "Lake", "Scope", "Table", "read_tables"]


def __getattr__(name: str) -> Any:
    """`Lake` and `Scope` when first asked for: workers, which only convert, need not wait a second for pyiceberg."""
    if name in ("Lake", "Scope"):
        return getattr(import_module("bastide.lake.catalog"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
