"""``bastide query --list``: the library's queries by category, or one with its parameters."""

from __future__ import annotations

import json
from itertools import groupby

import typer

from bastide.lake.query import Query, read_queries
from bastide.lake.query.library import CATEGORIES, find_query

SCHEMA = "bastide.queries/1"


def write_list(form: str, name: str) -> None:
    """Print all queries, or the one of that name with its parameters and SQL; `form` json gives JSON."""
    queries = (
        [find_query(name)]
        if name
        else sorted(read_queries().values(), key=lambda one: (CATEGORIES.index(one.category), one.name))
    )
    if form == "json":
        typer.echo(json.dumps({"schema": SCHEMA, "queries": [_as_json(query) for query in queries]}, indent=2))
    elif name:
        typer.echo(describe(queries[0]))
    else:
        for category, group in groupby(queries, key=lambda one: one.category):
            typer.echo(f"\n{category}")
            for query in group:
                typer.echo(f"  {query.name:<44} {query.title}")


def describe(query: Query) -> str:
    """A query as a person reads it: title, description, ATT&CK ids, parameters, SQL."""
    lines = [f"{query.name}: {query.title}", query.description]
    lines += [f"ATT&CK: {', '.join(query.attack)}"] if query.attack else []
    for one in query.parameters.values():
        default = "must be given" if one.default is None else f"default {one.default!r}"
        lines.append(f"  --param {one.name}=…  {one.type}, {default}: {one.about}")
    return "\n".join([*lines, "", query.sql.strip()])


def _as_json(query: Query) -> dict[str, object]:
    return {
        "name": query.name,
        "title": query.title,
        "description": query.description,
        "category": query.category,
        "attack": list(query.attack),
        "parameters": [
            {"name": one.name, "type": one.type, "default": one.default, "about": one.about}
            for one in query.parameters.values()
        ],
    }
