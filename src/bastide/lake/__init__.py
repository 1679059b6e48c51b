"""The lake: audit logs and configuration history at rest, as Iceberg tables that many engines can read.

Input: Parquet files of one partition each (``ingest`` makes them from logs). Output: tables, pruned file lists, SQL.
Entry points: ``Lake.open`` (the catalogue), ``read_tables`` (what tables there are and what their columns mean). Tables
are partitioned by day and account; Region is a sorted column, since Region × account × day makes a file an event.
"""

from bastide.lake.catalog import Lake, Scope
from bastide.lake.table import Column, Table, read_tables

__all__ = ["Column", "Lake", "Scope", "Table", "read_tables"]
