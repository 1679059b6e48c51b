"""Named queries: a file each, with what it finds, why, and its parameters in a comment at the top (YAML).

    -- title: Console sign-ins without MFA
    -- description: Every successful sign-in of a user or root whose event says that no MFA was used.
    -- category: threat hunting
    -- attack: [T1078.004]
    -- parameters:
    --   account: {type: string, default: "", about: only this account}
    SELECT …

A user's own file may have the same head, or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

import yaml

from bastide.errors import InputError
from bastide.lake.sql.parameters import TYPES, Parameter

CATEGORIES = ("threat hunting", "compliance evidence", "least privilege", "cost of trails")
_KEYS = {"title", "description", "category", "attack", "parameters"}


@dataclass(frozen=True, slots=True)
class Query:
    """A query with its head; `attack` are ATT&CK technique ids."""

    name: str
    sql: str
    title: str = ""
    description: str = ""
    category: str = ""
    attack: tuple[str, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


def parse_query(text: str, name: str) -> Query:
    """The query in a file's text. The SQL keeps its line numbers.

    Raises:
        InputError: the head is no YAML, or says what heads do not say.
    """
    lines = text.splitlines()
    count = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    head = "\n".join(line[2:].removeprefix(" ") for line in lines[:count])
    if not any(line.partition(":")[0].strip() in _KEYS for line in head.splitlines()):
        return Query(name, text)
    try:
        raw = yaml.safe_load(head)
    except yaml.YAMLError as wrong:
        raise InputError(f"the comment at the top is no YAML: {wrong}", name, "see docs/query.md") from wrong
    if not isinstance(raw, dict) or set(raw) - _KEYS:
        unknown = ", ".join(sorted(map(str, set(raw) - _KEYS))) if isinstance(raw, dict) else "no mapping"
        raise InputError(
            f"the comment at the top has what no head has: {unknown}", name, f"keys: {', '.join(sorted(_KEYS))}"
        )
    sql = "\n".join([""] * count + lines[count:])
    attack = tuple(str(one) for one in raw.get("attack") or ())
    return Query(
        name,
        sql,
        str(raw.get("title", "")),
        str(raw.get("description", "")),
        str(raw.get("category", "")),
        attack,
        _parameters(raw.get("parameters") or {}, name),
    )


def _parameters(raw: Any, where: str) -> dict[str, Parameter]:
    found = {}
    for name, value in raw.items() if isinstance(raw, dict) else ():
        if not isinstance(value, dict) or value.get("type") not in TYPES:
            raise InputError(f"parameter {name} has no known type", where, f"type is one of {', '.join(TYPES)}")
        default = value.get("default")
        text = None if default is None else str(default).lower() if isinstance(default, bool) else str(default)
        found[str(name)] = Parameter(str(name), value["type"], str(value.get("about", "")), text)
    return found


@cache
def read_queries() -> dict[str, Query]:
    """The library, by name, in the order of the names."""
    folder = resources.files("bastide.lake") / "queries"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    queries = [parse_query(file.read_text(encoding="utf-8"), file.name.removesuffix(".sql")) for file in files]
    return {query.name: query for query in queries}


def find_query(name: str) -> Query:
    """The library's query of that name.

    Raises:
        InputError: there is none; the nearest is named.
    """
    queries = read_queries()
    if name in queries:
        return queries[name]
    near = get_close_matches(name, queries, n=1)
    fix = f"did you mean {near[0]}?" if near else "bastide query --list names them"
    raise InputError(f"there is no query named {name!r}", fix=fix)
