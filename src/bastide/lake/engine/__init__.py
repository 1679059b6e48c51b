"""Engines that answer a checked question: DuckDB in this process, locked; or Spark over the same files.

Input: `Source`s (a table's columns with its Parquet files or rows) and SQL that ``bastide.lake.sql`` wrote. Output: an
`Answer`, read batch by batch. An engine decides nothing about what may be asked.
"""

from bastide.lake.engine.answer import Answer
from bastide.lake.engine.source import Source, Span, lake_source

__all__ = ["Answer", "Source", "Span", "lake_source"]
