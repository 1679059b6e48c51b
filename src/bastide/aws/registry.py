"""All handlers by type, and what the engine must know of each type.

One idea: nothing is registered by hand. ``aws/handlers`` is walked once in sorted order, and the CloudFormation
registry's facts (``registry.json``, distilled by ``tools/distil_registry.py``) complete what a handler says.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import msgspec

from bastide.aws.handler import Handler
from bastide.errors import ContractError
from bastide.model import ResourceType

PACKAGE = "bastide.aws.handlers"


@cache
def handlers() -> Mapping[str, Handler]:
    """Every handler by its type, sorted by type.

    Raises:
        ContractError: two handlers claim one type.
    """
    found: dict[str, Handler] = {}
    for handler in _walk():
        if handler.type in found:
            raise ContractError(f"two handlers claim {handler.type}", where=handler.__module__)
        found[handler.type] = handler()
    return MappingProxyType(dict(sorted(found.items())))


@cache
def kinds() -> Mapping[str, ResourceType]:
    """What the engine must know of every type that has a handler, sorted by type."""
    return MappingProxyType({name: kind(handler) for name, handler in handlers().items()})


def kind(handler: Handler) -> ResourceType:
    """The facts of one handler's type: its own, and the registry's where the registry has the type."""
    known = facts().get(handler.type, {})
    permissions: dict[str, tuple[str, ...]] = {
        operation: tuple(actions) for operation, actions in known.get("permissions", {}).items()
    }
    for operation, actions in handler.actions.items():
        permissions[operation] = tuple(sorted({*permissions.get(operation, ()), *actions}))
    return ResourceType(
        type=handler.type,
        scope=handler.scope,
        identified_by=handler.identified_by,
        create_only=frozenset(known.get("create_only", ())) | frozenset(handler.create_only),
        read_only=frozenset(known.get("read_only", ())) | frozenset(handler.read_only),
        write_only=(frozenset(known.get("write_only", ())) - {*handler.readable}) | frozenset(handler.write_only),
        data_bearing=handler.data_bearing,
        permissions=permissions,
        builds_on=handler.builds_on,
    )


@cache
def facts() -> Mapping[str, Any]:
    """The registry's facts by type: primary_identifier, create_only, read_only, write_only, permissions."""
    document: dict[str, Any] = msgspec.json.decode((files("bastide.aws") / "registry.json").read_bytes())
    return document


def _walk() -> Iterator[type[Handler]]:
    """Concrete handler classes, each from the module that defines it."""
    package = importlib.import_module(PACKAGE)
    for module_name in sorted(module.name for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}.")):
        module = importlib.import_module(module_name)
        for _, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, Handler) and found.__module__ == module_name and not inspect.isabstract(found):
                yield found
