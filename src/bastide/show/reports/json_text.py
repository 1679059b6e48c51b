"""JSON values as indented text, fast: a report can hold 50,000 findings."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from bastide.model.bulk import unsearched


def json_text(document: Any, indent: int | None = None) -> str:
    """The document as JSON, with ``indent`` spaces a level or on one line; characters beyond ASCII are themselves.

    Half a surrogate pair, which UTF-8 cannot hold, makes all of them escapes instead.
    """
    try:
        with unsearched():
            text = msgspec.json.encode(document)
            if indent is not None:
                text = msgspec.json.format(text, indent=indent)  # the unindented one goes: both are megabytes
            return text.decode()
    except UnicodeEncodeError:
        return json.dumps(document, indent=indent)
