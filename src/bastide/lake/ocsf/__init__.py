"""The lake in the words of OCSF 1.8: views for SQL, and events as JSON for other products.

Input: tables of the lake. Output: DuckDB views whose columns are OCSF attributes, and JSON lines. Entry points:
``render_view`` and ``export``. The mapping is data: a file a class in ``classes``, and in ``tables.yaml`` what the
classes of a table share. What OCSF has no place for is kept as it was in `unmapped`.

Source: Open Cybersecurity Schema Framework 1.8.0, the classes named by ``class_uid``.
"""

from bastide.lake.ocsf.export import export
from bastide.lake.ocsf.mapping import VERSION, OcsfClass, read_classes, render_view

__all__ = ["VERSION", "OcsfClass", "export", "read_classes", "render_view"]
