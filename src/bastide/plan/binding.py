"""Provisional identifiers and the real ones that take their place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bastide.model import Resource, ResourceType, Value
from bastide.model.provisional import MARK, TOKEN

ACCOUNT_MARK = "0000"


def bind(value: Value, bindings: Mapping[str, str]) -> Value:
    """``value`` with every bound token replaced, at every depth, inside longer strings too; unbound tokens stay."""
    if isinstance(value, str):
        if MARK in value or ACCOUNT_MARK in value:
            return TOKEN.sub(lambda match: bindings.get(match.group(), match.group()), value)
        return value
    if isinstance(value, Mapping):
        return {bind(key, bindings): bind(item, bindings) for key, item in value.items()}
    if isinstance(value, list):
        return [bind(item, bindings) for item in value]
    if isinstance(value, tuple):
        return tuple(bind(item, bindings) for item in value)
    return value


def learn(declared: str, real: str) -> dict[str, str]:
    """What the tokens of ``declared`` stand for, since the whole stands for ``real``; empty when they do not fit."""
    names = TOKEN.findall(declared)
    if not names or not real:
        return {}
    literals = TOKEN.split(declared)
    pattern = re.escape(literals[0]) + "".join("(.+?)" + re.escape(literal) for literal in literals[1:])
    found = re.fullmatch(pattern, real)
    return dict(zip(names, found.groups(), strict=True)) if found else {}


def learn_resource(declared: Resource, real: Resource, kind: ResourceType) -> dict[str, str]:
    """Bindings from a declared resource and the real one: its identifier, its ARN, and what only AWS can say of it.

    Read-only properties (the RootId of an organization) teach as well; others could hold somebody else's identifier.
    """
    learnt: dict[str, str] = {}
    for name in sorted(kind.read_only):
        said, found = declared.properties.get(name), real.properties.get(name)
        if isinstance(said, str) and isinstance(found, str):
            learnt.update(learn(said, found))
    return {**learnt, **learn(declared.arn, real.arn), **learn(declared.id, real.id)}
