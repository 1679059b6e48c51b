"""Where the rows of a table of types lead, for tests that hold them to the registry."""

from collections.abc import Iterator, Mapping
from typing import Any

from bastide.declare.shaping import Shaping


def wrong_targets(shaping: Shaping, ours: frozenset[str]) -> Iterator[str]:
    """Rows and values set by a table that lead nowhere in the registry's schema, save to properties of ``ours``."""
    for path, row in shaping.table.rows.items():
        target = row.target.lstrip("/")
        if target in ("", ".") or target.rpartition(".")[2] in ours or shared_row_of_another_type(shaping, path):
            continue
        base = shaping.schema if row.target.startswith("/") else schema_around(shaping, path)
        if not shaping.at(base, target):
            yield f"{path}: {row.target}"
    for path in shaping.table.set:
        if path not in ours and not shaping.at(shaping.schema, path):
            yield path


def schema_around(shaping: Shaping, path: str) -> Mapping[str, Any]:
    """The schema of the object that the values beside ``path`` are laid into."""
    table = shaping.table
    around = table.inside or table.item
    schema = shaping.at(shaping.schema, around) if around else shaping.schema
    parts = path.split(".")[:-1]
    for count in range(1, len(parts) + 1):
        above = ".".join(parts[:count])
        row = table.rows.get(above)
        target = row.target if row else shaping.target(parts[count - 1], resolved(shaping, schema))
        if target == ".":
            continue
        schema = (
            shaping.at(shaping.schema, target.lstrip("/")) if target.startswith("/") else shaping.at(schema, target)
        )
    return resolved(shaping, schema)


def resolved(shaping: Shaping, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of the members where it is one of a list."""
    found = shaping.shaper.resolved(schema)
    return shaping.shaper.resolved(found.get("items", {})) if found.get("type") == "array" else found


def shared_row_of_another_type(shaping: Shaping, path: str) -> bool:
    """A row that several types share, whose block this one has not."""
    above = path.rpartition(".")[0]
    return bool(above) and not schema_around(shaping, path)
