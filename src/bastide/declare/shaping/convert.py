"""A resource's values in registry shape: each laid where a row, or the schema's own name, says.

The one idea: the schema decides the form. Where it has one object and the notation a list of one block, the block is
the object; where it has a list and the notation a single value, the value is the list; JSON text becomes a document;
a mapping of tags becomes a list of Key and Value. ``Unknown`` is laid down as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from bastide.declare.shaping.converters import CONVERTERS, joined
from bastide.declare.shaping.depth import too_deep
from bastide.declare.shaping.rows import Row, TypeMap
from bastide.declare.templates.registry import Shaper, schema_of
from bastide.model import Unknown, Value

Schema = Mapping[str, Any]
TAGS = frozenset({"Key", "Value"})
COUNTED = frozenset({"items", "quantity", "enabled", "cachedMethods"})  # how CloudFront's API holds lists
PAIR = frozenset({"key", "value"})  # one tag as a block of its own, not a mapping of tags
# Names (of a resource's own values) beside the registry's folded ones; ``{kind}`` is the last part of the type.
ALSO: Mapping[str, tuple[str, ...]] = {
    "name": ("{kind}name",),
    "identifier": ("{kind}identifier",),
    "type": ("{kind}type",),
    "tags": ("{kind}tags",),
    "tags_all": ("tags", "{kind}tags"),
    "arn": ("{kind}arn",),
    "id": ("{kind}id",),
    "kms_key_arn": ("kmskeyid",),
    "policy": ("policydocument",),
    "role_arn": ("role",),
    "maintenance_window": ("preferredmaintenancewindow",),
    "backup_window": ("preferredbackupwindow",),
    "vpc_security_group_ids": ("vpcsecuritygroups",),
}


@cache
def folded(name: str) -> str:
    """A name without what notations differ in: case, underscores, hyphens."""
    return name.replace("_", "").replace("-", "").lower()


class Shaping:
    """How values of one type become registry properties."""

    def __init__(self, table: TypeMap) -> None:
        self.table = table
        self.schema = schema_of(table.type)
        self.shaper = Shaper(self.schema, [])
        self._names: dict[int, dict[str, str]] = {}
        self._places: dict[tuple[int, str], Schema] = {}

    def properties(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The properties that values come to; not yet checked against the registry."""
        made: dict[str, Value] = {}
        inner: dict[str, Value] = made
        schema = self.schema
        around = self.table.inside or self.table.item
        if around:
            inner, schema = {}, self.shaper.resolved(self.at(self.schema, around))
            if schema.get("type") == "array":
                schema = self.shaper.resolved(schema.get("items", {}))
        self._members(values, schema, "", inner, made)
        if around and inner:
            lay(made, around, [inner] if self.table.item else inner)
        for path, value in self.table.set.items():
            lay(made, path, value)
        for name, value in self.table.unset.items():
            made.setdefault(name, value)
        return made

    def target(self, name: str, schema: Schema) -> str:
        """The property of an object's schema that a name means; empty when there is none."""
        names = self._names.get(id(schema))
        if names is None:
            names = self._names[id(schema)] = {folded(one): one for one in self._property_names(schema)}
        plain = folded(name)
        for form in (plain, plain + "s", plain.removesuffix("y") + "ies", plain + "list", *self._also(name, schema)):
            if form in names:
                return names[form]
        return ""

    def _also(self, name: str, schema: Schema) -> tuple[str, ...]:
        """What a resource's own property may be called in the registry: ``name`` as ``FunctionName``."""
        if schema is not self.schema:
            return ()
        kind = folded(self.table.type.rpartition("::")[2])
        return tuple(form.format(kind=kind) for form in ALSO.get(name, ()))

    def _property_names(self, schema: Schema) -> list[str]:
        found = dict(schema.get("properties", {}))
        for option in self.shaper.alternatives(schema):
            found.update(option.get("properties", {}))
        return list(found)

    def _members(
        self, values: Mapping[str, Value], schema: Schema, prefix: str, made: dict[str, Value], root: dict[str, Value]
    ) -> None:
        for name, value in values.items():
            if value is None or value == "":
                continue
            path = f"{prefix}{name}"
            row = self.table.rows.get(path)
            if row is None:
                target = self.target(name, schema) if schema else ""
                row = Row(target)
            if row.target:
                self._lay(value, row, path, schema, made, root)

    def _lay(
        self, value: Value, row: Row, path: str, schema: Schema, made: dict[str, Value], root: dict[str, Value]
    ) -> None:
        if row.target == ".":
            block = only(value)
            if isinstance(block, Mapping):
                self._members(block, schema, f"{path}.", made, root)
            return
        into, base = (root, self.schema) if row.target.startswith("/") else (made, schema)
        target = row.target.lstrip("/")
        if row.converter:
            found = CONVERTERS[row.converter](value, *row.arguments)
        else:
            found = self.fit(value, self.at(base, target), path, root)
        if found is not None:
            lay(into, target, found)

    def at(self, schema: Schema, path: str) -> Schema:
        """The schema at a dotted path below one; empty when it is not known."""
        known = self._places.get((id(schema), path))
        if known is None:
            known = self._at(schema, path)
            if known:  # only parts of the one schema are kept, whose identities last
                self._places[id(schema), path] = known
        return known

    def _at(self, schema: Schema, path: str) -> Schema:
        for part in path.split("."):
            schema = self.shaper.resolved(schema)
            if schema.get("type") == "array":
                schema = self.shaper.resolved(schema.get("items", {}))
            schema = self.shaper.resolved(self.shaper.member(schema, part))
        return schema

    def fit(self, value: Value, schema: Schema, path: str, root: dict[str, Value]) -> Value:
        """A value in the form that a schema wants; None when nothing is left of it."""
        if isinstance(value, Unknown) or value is None:
            return value
        schema = self.shaper.resolved(schema)
        kinds = schema.get("type")
        kinds = kinds if isinstance(kinds, list) else [kinds] if kinds else []
        if "array" in kinds:
            return self._listed(value, schema, path, root)
        if self._is_object(schema, kinds):
            return self._object(value, schema, path, root)
        return _plain(value)

    def _is_object(self, schema: Schema, kinds: list[Any]) -> bool:
        if kinds:
            return "object" in kinds
        return (
            "properties" in schema
            or schema.get("format") == "json"
            or any(one.get("type") == "object" or "properties" in one for one in self.shaper.alternatives(schema))
        )

    def _object(self, value: Value, schema: Schema, path: str, root: dict[str, Value]) -> Value:
        if isinstance(value, str):
            value = document(value)
            if not (isinstance(value, Mapping) and self._property_names(schema)):
                return value
        block = only(value)
        if isinstance(block, bool) and "Enabled" in self._property_names(schema):
            return {"Enabled": block}
        if not isinstance(block, Mapping):
            return {} if isinstance(value, list) and value else None if isinstance(value, list) else block
        if not self._property_names(schema):
            return {key: item for key, item in block.items() if item is not None}
        made: dict[str, Value] = {}
        self._members(block, schema, f"{path}.", made, root)
        return made

    def _listed(self, value: Value, schema: Schema, path: str, root: dict[str, Value]) -> Value:
        items = self.shaper.resolved(schema.get("items", {}))
        if isinstance(value, str) and self._is_object(items, [items["type"]] if "type" in items else []):
            value = document(value)
        if isinstance(value, Mapping) and {"items", "quantity"} & set(value) and set(value) <= COUNTED:
            value = value.get("items") or []
        if isinstance(value, Mapping):
            if set(self._property_names(items)) >= TAGS and {folded(one) for one in value} != PAIR:
                return [{"Key": key, "Value": item} for key, item in value.items() if item is not None]
            value = [value]
        if not isinstance(value, list):
            value = [value]
        found = [self.fit(item if item is not None else {}, items, path, root) for item in value]
        return [item for item in found if item is not None]


def only(value: Value) -> Value:
    """The one block of a list of blocks (None when it is empty, ``{}`` for a block without members)."""
    if not isinstance(value, list):
        return value
    return (value[0] if value[0] is not None else {}) if value else None


def _plain(value: Value) -> Value:
    """A plain value, out of a list of one when need be."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def document(text: str) -> Value:
    """The document in JSON text; the text itself when it is none, Unknown when it is nested too deeply."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        found = msgspec.json.decode(text)
    except RecursionError:
        return Unknown("a document is nested too deeply")
    except msgspec.DecodeError:
        return text
    return Unknown("a document is nested too deeply") if too_deep(found) else found


def lay(into: dict[str, Value], path: str, value: Value) -> None:
    """Put a value at a dotted path; mappings are merged, lists that are there already grow."""
    *above, last = path.split(".")
    for part in above:
        inner = into.get(part)
        if isinstance(inner, Unknown):
            return
        if not isinstance(inner, dict):
            inner = into[part] = {}
        into = inner
    into[last] = joined(into.get(last), value)
