"""Paths into JSON columns, as text."""

from __future__ import annotations

import re

from sqlglot import exp


def render_path(path: exp.JSONPath) -> str:
    """A path as DuckDB reads it: `$.a.b[0]`; keys are quoted where they have to be."""
    text = "$"
    for part in path.expressions:
        if isinstance(part, exp.JSONPathKey):
            key = part.this if isinstance(part.this, str) else "*"
            quoted = not re.fullmatch(r"\w+|\*", key)
            text += f'."{key}"' if quoted else f".{key}"
        elif isinstance(part, exp.JSONPathSubscript):
            text += f"[{part.this if isinstance(part.this, int) else '*'}]"
        elif isinstance(part, exp.JSONPathWildcard):
            text += "[*]"
    return text
