"""The tables of Terraform's types, read once from ``types/*.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml

import bastide.declare.terraform.converters  # noqa: F401 - makes its conversions known to the tables
from bastide.declare.shaping import Shaping, TypeMap, parse_tables
from bastide.errors import ContractError

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ALIASES = ("aws_alb", "aws_lb")  # the same resources under two names


@cache
def tables() -> Mapping[str, TypeMap]:
    """Every type of the AWS provider that is read, by name.

    Raises:
        ContractError: a table is malformed, or two tables hold one type.
    """
    found: dict[str, TypeMap] = {}
    folder = files("bastide.declare.terraform") / "types"
    for place in sorted(folder.iterdir(), key=lambda one: one.name):
        if place.name.endswith(".yaml"):
            for name, table in parse_tables(yaml.load(place.read_text(), Loader), place.name).items():
                if name in found:
                    raise ContractError(f"two tables hold {name}", place.name)
                found[name] = table
    return dict(sorted(found.items()))


def table_of(name: str) -> TypeMap | None:
    """The table of a type; None when it is not read."""
    old, new = ALIASES
    return tables().get(name) or (tables().get(name.replace(old, new, 1)) if name.startswith(old) else None)


@cache
def shaping_of(name: str) -> Shaping:
    """How values of a type of the tables become properties."""
    table = table_of(name)
    if table is None:
        raise ContractError(f"no table holds {name}")
    return Shaping(table)
