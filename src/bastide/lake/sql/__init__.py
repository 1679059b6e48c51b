"""What may be asked of the lake in SQL: parsed, checked, bound, and written for an engine.

Input: SQL in DuckDB's dialect. Output: a `Statement` that reads only tables of the lake, and its text for DuckDB,
Spark, Trino or Athena. Entry points: ``parse_statement`` and ``Statement.render``. No engine ever sees what was typed:
it gets what was understood, written anew. It does not run anything (``engine``).
"""

from bastide.lake.sql.dialects import DIALECTS
from bastide.lake.sql.parameters import Parameter
from bastide.lake.sql.statement import Statement, parse_statement

__all__ = ["DIALECTS", "Parameter", "Statement", "parse_statement"]
