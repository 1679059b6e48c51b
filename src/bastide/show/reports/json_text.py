"""JSON values as indented text, fast: a report can hold 50,000 findings."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from bastide.model.bulk import unsearched


def json_text(document: Any, indent: int) -> str:
    """The document as JSON with ``indent`` spaces a level; characters beyond ASCII stand for themselves.

    Half a surrogate pair, which UTF-8 cannot hold, makes all of them escapes instead.
    """
    try:
        with unsearched():
            return msgspec.json.format(msgspec.json.encode(document), indent=indent).decode()
    except UnicodeEncodeError:
        return json.dumps(document, indent=indent)
