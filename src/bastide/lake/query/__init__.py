"""Asking the lake: named queries from the library, and sessions that answer them or any checked SQL.

Input: SQL or a query's name, parameters, a span of time. Output: an `Answer`. Entry points: ``read_queries`` (the
library in ``lake/queries``, a file a query) and ``Session.ask``.
"""

from bastide.lake.query.library import Query, parse_query, read_queries
from bastide.lake.query.session import Session

__all__ = ["Query", "Session", "parse_query", "read_queries"]
