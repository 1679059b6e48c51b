"""Controls of one's own: YAML with CEL, or Python packages that bring some.

**Input.** Files of the schema ``bastide.controls/1``; the entry points ``bastide.controls`` of installed packages.
**Output.** ``Control``s that are used exactly like the shipped ones.
**Entry point.** ``read.read_controls(paths)`` (imports the CEL library: half a second), ``plugins.plugged_controls()``.
**Limits.** CEL decides about one resource with its neighbours, tags, account and organization; it reads no files,
makes no calls and has no clock. What could not be read makes the verdict UNKNOWN before the expression is evaluated.
"""
