"""Policy variables: ``${aws:PrincipalAccount}``, ``${key, 'default'}``, and ``${*}`` ``${?}`` ``${$}`` for themselves.

A variable's value is literal text: its own ``*`` is no wildcard. Only keys with one value can be variables.

Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

VARIABLE = re.compile(r"\$\{\s*(?:(?P<literal>[*?$])|(?P<key>[^,}\s]+)\s*(?:,\s*'(?P<default>[^']*)')?)\s*\}")
# Stand-ins for literal * and ? while a pattern is matched; no ARN or condition value holds them.
LITERALS = {"*": "\ue000", "?": "\ue001"}


def resolve(text: str, keys: Mapping[str, tuple[str, ...]]) -> str | None:
    """``text`` with its variables filled in and literal wildcards marked; None when one has no value."""
    if "${" not in text:
        return text
    missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        if match["literal"]:
            return literal(match["literal"])
        values = keys.get(match["key"].lower(), ())
        if len(values) == 1:
            return literal(values[0])
        missing = missing or match["default"] is None
        return literal(match["default"] or "")

    filled = VARIABLE.sub(fill, text)
    return None if missing else filled


def literal(value: str) -> str:
    """A value in which no character is a wildcard any more."""
    return value.replace("*", LITERALS["*"]).replace("?", LITERALS["?"])


def marked(pattern: str, value: str) -> str:
    """``value`` with the marks of ``pattern``: where a pattern holds literal wildcards, so must the value."""
    return literal(value) if LITERALS["*"] in pattern or LITERALS["?"] in pattern else value
