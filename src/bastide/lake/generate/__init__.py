"""Seeded traffic of an organization in CloudTrail's own layout, for tests, benchmarks and trying things out.

Input: a ``Recipe``. Output: log files as a trail's bucket would hold them, and beside them which events were planted
as attacks or drift. Entry points: ``write`` (to a folder), ``files.AccountLog`` (in memory). The same recipe gives the
same bytes. It is made up: good for measuring and for whether something is found, no measure of how rare anything is.
"""

from bastide.lake.generate.recipe import Recipe
from bastide.lake.generate.write import Totals, write

__all__ = ["Recipe", "Totals", "write"]
