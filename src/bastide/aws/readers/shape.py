"""API answers in registry shape, by the names that the registry has.

The one idea: nearly every API calls a property as CloudFormation does, but for case (``serviceName``), wrappers
(``{"Quantity": 1, "Items": […]}``) and tags as a mapping. A tree of the registry's names decides which form is wanted.
In a tree a mapping is an object with these members, a list of one tree a list, ``{}`` an object of any members, None a
plain value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from bastide.model import Unknown, Value

Tree = Mapping[str, "Tree"] | list["Tree"] | None
TAG = {"Key", "Value"}
SAID = ("Value", "ParameterValue")  # empty text is what somebody wrote there; elsewhere it says that there is none


def shaped(value: Value, tree: Tree) -> Value:
    """The value with the tree's names and form; what the tree does not know is left out."""
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(tree, list):
        return _listed(value, tree[0] if tree else None)
    if tree is None:
        return plain(value)
    if not tree:
        return _document(value)
    return _object(value, tree) if isinstance(value, Mapping) else plain(value)


def _listed(value: Value, inner: Tree) -> Value:
    if isinstance(value, Mapping) and "Items" in value:  # CloudFront's lists
        value = value["Items"]
    elif isinstance(value, Mapping) and "Quantity" in value:
        value = []
    if isinstance(value, Mapping) and isinstance(inner, Mapping) and set(inner) >= TAG:
        value = [{"Key": key, "Value": one} for key, one in sorted(value.items())]
    if isinstance(value, str) and inner is None:  # an Auto Scaling group's subnets
        value = [part.strip() for part in value.split(",") if part.strip()]
    items = value if isinstance(value, list | tuple) else [value]
    made = [shaped(item, inner) for item in items]
    if isinstance(inner, Mapping) and set(inner) == TAG:
        return [tag for tag in made if not str(tag.get("Key", "")).startswith("aws:")]
    return made


def _object(value: Mapping[str, Value], tree: Mapping[str, Tree]) -> Value:
    names = {name.lower(): name for name in tree}
    found = {}
    for key, one in value.items():
        name = names.get(key.lower())
        if name is not None and one is not None and (one != "" or name in SAID):
            found[name] = shaped(one, tree[name])
    return found


def _document(value: Value) -> Value:
    """An object of any members; JSON text of one is read, and a list of parameters is one by their names."""
    if isinstance(value, list | tuple) and all(isinstance(one, Mapping) and "ParameterName" in one for one in value):
        return {one["ParameterName"]: plain(one.get("ParameterValue")) for one in value}
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return plain(value)


def plain(value: Value) -> Value:
    """The value with times as text (ISO 8601 UTC)."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value
