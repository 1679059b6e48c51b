"""What a template says is meant to be so: findings that its author has looked at and accepts.

The one idea: the words that AWS's tools already read. ``Metadata.guard.SuppressedRules`` names rules of AWS Config or
of the Guard Rules Registry (or our controls), ``Metadata.bastide.suppress`` controls with a reason.

Source: AWS Guard Rules Registry, README, "Suppressing rules".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Place = tuple[str, str]  # file and logical id
UNSAID = "suppressed in the template, without a reason"


def suppressions(trees: Mapping[str, Any]) -> dict[Place, dict[str, str]]:
    """The reason by rule or control in lower case with hyphens, for each resource that suppresses any."""
    found: dict[Place, dict[str, str]] = {}
    for file, tree in trees.items():
        resources = tree.get("Resources") if isinstance(tree, Mapping) else None
        for logical, resource in resources.items() if isinstance(resources, Mapping) else ():
            metadata = resource.get("Metadata") if isinstance(resource, Mapping) else None
            reasons = dict(_named(metadata)) if isinstance(metadata, Mapping) else {}
            if reasons:
                found[file, str(logical)] = reasons
    return found


def _named(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    guard, own = metadata.get("guard"), metadata.get("bastide")
    rules = guard.get("SuppressedRules") if isinstance(guard, Mapping) else None
    for rule in rules if isinstance(rules, list) else ():
        if isinstance(rule, str):
            yield _slug(rule), UNSAID
        elif isinstance(rule, Mapping):
            yield from ((_slug(str(name)), str(reason or UNSAID)) for name, reason in rule.items())
    controls = own.get("suppress") if isinstance(own, Mapping) else None
    for item in controls if isinstance(controls, list) else ():
        if isinstance(item, Mapping) and isinstance(item.get("control"), str) and item.get("reason"):
            yield _slug(item["control"]), str(item["reason"])


def _slug(name: str) -> str:
    return name.strip().lower().replace("_", "-")
