"""The registry's schemas, as cfn-lint ships them: identifiers of a type, and properties brought to registry shape.

The one idea: CloudFormation takes ``"true"`` for a boolean and ``"22"`` for a number, so both become what the schema
says; a value of another kind becomes ``Unknown`` that names its path, never a guess. cfn-lint itself is not imported
(it takes a second); without it values stay as they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from bastide.model import Unknown, Value

REGION = "us-east-1"
Complaint = tuple[str, str]  # dotted path, what is wrong
KINDS = {"object": "a mapping", "array": "a list", "boolean": "true or false", "integer": "a whole number",
         "number": "a number", "string": "text"}  # fmt: skip
TRUTH = {"true": True, "false": False}


@cache
def folder() -> Path | None:
    """Where the schemas lie; None when cfn-lint is not installed."""
    found = find_spec("cfnlint")
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0]) / "data" / "schemas" if places else None


@cache
def _names() -> Mapping[str, str]:
    place = folder()
    if place is None:
        return {}
    names: dict[str, str] = msgspec.json.decode((place / "providers" / f"{REGION}.json").read_bytes())
    return names


@cache
def schema_of(resource_type: str) -> Mapping[str, Any]:
    """The schema of a type; empty when the registry does not have it."""
    place, name = folder(), _names().get(resource_type)
    if place is None or name is None:
        return {}
    schema: dict[str, Any] = msgspec.json.decode((place / "resources" / f"{name}.json").read_bytes())
    return schema


def known_type(resource_type: str) -> bool:
    """Whether the registry has the type (true for all when there is no registry here)."""
    return not _names() or resource_type in _names()


def primary_identifier(resource_type: str) -> tuple[str, ...]:
    """Names of the properties that identify a resource of the type, in order; empty when it is not known."""
    pointers = schema_of(resource_type).get("primaryIdentifier", ())
    return tuple(pointer.removeprefix("/properties/").replace("/", ".") for pointer in pointers)


def shaped(resource_type: str, properties: Mapping[str, Value]) -> tuple[dict[str, Value], list[Complaint]]:
    """Properties in registry shape, and what is wrong with them by dotted path."""
    schema = schema_of(resource_type)
    complaints: list[Complaint] = []
    if not schema:
        return dict(properties), complaints
    made = Shaper(schema, complaints).value(properties, schema, "")
    return dict(made) if isinstance(made, Mapping) else dict(properties), complaints


class Shaper:
    """One schema: values brought to what it says, and the schemas of what lies inside."""

    def __init__(self, schema: Mapping[str, Any], complaints: list[Complaint]) -> None:
        self.root, self.complaints = schema, complaints

    def value(self, value: Value, schema: Mapping[str, Any], path: str) -> Value:
        """The value in the schema's shape; what does not fit becomes Unknown and a complaint."""
        if value is None or isinstance(value, Unknown):
            return value
        schema = self.fitting(value, schema)
        kinds = schema.get("type")
        if isinstance(kinds, str):
            fitted = coerced(value, kinds)
            if fitted is None:
                what = f"{_kind_of(value)} stands where {KINDS.get(kinds, kinds)} is expected"
                self.complaints.append((path, what))
                return Unknown(f"{path}: {what}" if path else what)
            value = fitted
        if isinstance(value, Mapping):
            self._misspelled(value, schema, path)
            return {key: self.value(item, self.member(schema, key), f"{path}.{key}".lstrip("."))
                    for key, item in value.items()}  # fmt: skip
        if isinstance(value, list):
            items = schema.get("items")
            inner = items if isinstance(items, Mapping) else {}
            return [self.value(item, inner, f"{path}.{index}") for index, item in enumerate(value)]
        return value

    def _misspelled(self, value: Mapping[str, Value], schema: Mapping[str, Any], path: str) -> None:
        """Complain of names that are a property's but for their case: CloudFormation refuses them."""
        wanted = {name.lower(): name for name in schema.get("properties", ()) if name not in value}
        for key in () if self.free(schema) else value:
            meant = wanted.get(str(key).lower())
            if meant is not None:
                self.complaints.append((f"{path}.{key}".lstrip("."), f"this is no property; {meant} is"))

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema behind references (at most eight in a row)."""
        for _ in range(8):
            pointer = schema.get("$ref")
            if not isinstance(pointer, str):
                return schema
            found: Any = self.root
            for part in pointer.removeprefix("#/").split("/"):
                found = found.get(part, {}) if isinstance(found, Mapping) else {}
            schema = found
        return {}

    def fitting(self, value: Value, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema, or the first of its alternatives that the value has the kind of."""
        schema = self.resolved(schema)
        if "type" in schema or "properties" in schema:
            return schema
        for option in self.alternatives(schema):
            kind = option.get("type")
            if not isinstance(kind, str) or coerced(value, kind) is not None:
                return option
        return {} if any(name in schema for name in ("oneOf", "anyOf", "allOf")) else schema

    def alternatives(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The schemas of which one has to fit."""
        for name in ("oneOf", "anyOf", "allOf"):
            for option in schema.get(name, ()):
                yield self.resolved(option)

    @staticmethod
    def free(schema: Mapping[str, Any]) -> bool:
        """Whether a mapping may have names that its schema does not know."""
        return bool(schema.get("patternProperties")) or schema.get("additionalProperties") not in (None, False)

    def member(self, schema: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        """The schema of a property; empty when it is not known."""
        found = schema.get("properties", {}).get(key)
        if found is None:
            for option in self.alternatives(schema):
                found = option.get("properties", {}).get(key)
                if found is not None:
                    break
        if found is None:
            patterns = list(schema.get("patternProperties", {}).values())
            found = patterns[0] if len(patterns) == 1 else None
        return found if isinstance(found, Mapping) else {}


def coerced(value: Value, kind: str) -> Value:
    """The value as CloudFormation takes it for one JSON kind; None when it does not."""
    if kind == "boolean":
        return value if isinstance(value, bool) else TRUTH.get(value.lower()) if isinstance(value, str) else None
    if kind in ("integer", "number"):
        return _number(value, whole=kind == "integer")
    if kind == "string":
        if isinstance(value, bool):
            return str(value).lower()
        return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else None
    if kind == "array":
        return value if isinstance(value, list) else None
    if kind == "object":
        return value if isinstance(value, Mapping) else None
    return value


def _number(value: Value, *, whole: bool) -> Value:
    if isinstance(value, bool):
        return None
    if isinstance(value, int) or (isinstance(value, float) and not whole):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        return int(value) if whole else float(value)
    except ValueError:
        return None


def _kind_of(value: Value) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "a number" if isinstance(value, int | float) else "text"


def near_types(resource_type: str) -> list[str]:
    """Types of the same service as ``resource_type``, or all when the service is not known; sorted."""
    service = resource_type.rpartition("::")[0]
    names = sorted(_names())
    return [name for name in names if name.rpartition("::")[0] == service] or names


def schema_at(resource_type: str, path: Iterable[str]) -> tuple[Mapping[str, Any] | None, frozenset[str]]:
    """The schema of a property of a type; None, and the names that are known there, when there is no such property.

    ``path``: names of properties, ``[]`` for an element of a list. Where a schema allows any name, so does this.
    """
    shaper = Shaper(schema_of(resource_type), [])
    schema: Mapping[str, Any] = shaper.root
    for part in path:
        schema = shaper.resolved(schema)
        options = [schema, *shaper.alternatives(schema)]
        if part == "[]":
            schema = next((one["items"] for one in options if isinstance(one.get("items"), Mapping)), {})
            continue
        found = shaper.member(schema, part)
        if found:
            schema = found
            continue
        names = frozenset(name for one in options for name in one.get("properties", {}))
        if names and part not in names and not any(shaper.free(one) for one in options):
            return None, names
        schema = {}
    return shaper.resolved(schema), frozenset()
