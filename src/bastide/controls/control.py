"""What a control is, and how the folder of controls is read."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from bastide.errors import ContractError
from bastide.model import Estate, Properties, Resource, Severity, Value, Verdict

Decide = Callable[..., Verdict]
Heal = Mapping[str, Value] | Callable[[Resource], Properties]

ACCOUNT = "AWS::::Account"  # the subject of controls about a whole account; assess makes one an account
ACCOUNT_REGION = "Bastide::Account::Region"  # the subject of controls about one region of an account


@dataclass(frozen=True)
class Control:
    """One rule with its metadata.

    ``reads``: types beside ``resource_type`` that the decision looks up in the estate. ``heal``: property values that
    would turn a FAIL into a PASS (by dotted path), or a function from the failing resource to its desired properties;
    None where a person has to decide. ``config_rule``: the AWS Config managed rule that asks the same.
    """

    id: str
    title: str
    resource_type: str
    severity: Severity
    maps_to: tuple[str, ...]
    source: str
    remediation: str
    decide: Decide
    relational: bool
    reads: tuple[str, ...] = ()
    heal: Heal | None = None
    config_rule: str = ""
    module: str = ""

    def verdict(self, resource: Resource, estate: Estate) -> Verdict:
        """What this control says of one resource of its type."""
        return self.decide(resource, estate) if self.relational else self.decide(resource)


def control(
    *,
    title: str,
    resource_type: str,
    severity: str,
    maps_to: tuple[str, ...],
    source: str,
    remediation: str,
    reads: tuple[str, ...] = (),
    heal: Heal | None = None,
    config_rule: str = "",
) -> Callable[[Decide], Control]:
    """A decorator that makes a Control of a function ``(resource) -> Verdict`` or ``(resource, estate) -> Verdict``.

    The slug is the function's name with hyphens.
    """

    def make(decide: Decide) -> Control:
        return Control(
            id=decide.__name__.replace("_", "-"),
            title=title,
            resource_type=resource_type,
            severity=Severity.parse(severity),
            maps_to=maps_to,
            source=source,
            remediation=remediation,
            decide=decide,
            relational=len(inspect.signature(decide).parameters) == 2,
            reads=reads,
            heal=heal,
            config_rule=config_rule,
            module=decide.__module__,
        )

    return make


@cache
def all_controls() -> tuple[Control, ...]:
    """Every shipped control, sorted by id.

    Raises:
        ContractError: two controls share an id, or a control's file does not bear its name.
    """
    found: dict[str, Control] = {}
    for module in _modules(importlib.import_module("bastide.controls")):  # the folder is its own registry
        for value in vars(module).values():
            if isinstance(value, Control) and value.module == module.__name__:
                if value.id in found or module.__name__.rsplit(".", 1)[-1] != value.id.replace("-", "_"):
                    raise ContractError(f"control {value.id} is defined twice or its file has another name")
                found[value.id] = value
    return tuple(found[name] for name in sorted(found))


def _modules(package: ModuleType) -> list[ModuleType]:
    path: Any = package.__path__
    names = sorted(info.name for info in pkgutil.walk_packages(path, package.__name__ + ".") if not info.ispkg)
    return [importlib.import_module(name) for name in names]
