"""The tables, read and checked: one YAML file a service (see ``table``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import msgspec
import yaml

from bastide.aws.readers.reader import Reader
from bastide.aws.readers.table import ServiceTable
from bastide.errors import ContractError


@cache
def readers() -> Mapping[str, Reader]:
    """A reader for each type that a table describes, by type, sorted.

    Raises:
        ContractError: a table is wrong, or two describe one type.
    """
    found: dict[str, Reader] = {}
    for table in sorted(files(__package__).iterdir(), key=lambda one: one.name):
        if not table.name.endswith(".yaml"):
            continue
        try:
            read = msgspec.convert(yaml.load(table.read_text("utf-8"), LOADER), ServiceTable)
        except (msgspec.ValidationError, yaml.YAMLError) as error:
            raise ContractError(f"the table {table.name} is wrong: {error}") from error
        for name, described in read.types.items():
            if name in found:
                raise ContractError(f"two tables describe {name}", where=table.name)
            found[name] = Reader(name, read.service, described, shapes().get(name, {}))
    return MappingProxyType(dict(sorted(found.items())))


LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def shapes() -> Mapping[str, Any]:
    """The registry's names by type, as a tree (see ``shape``); distilled by ``tools/distil_registry.py``."""
    document: dict[str, Any] = msgspec.json.decode((files(__package__) / "shapes.json").read_bytes())
    return document
