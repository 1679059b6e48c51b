"""What an expression of the configuration names: ``aws_s3_bucket.logs.id`` in the module instance where it stands.

The one idea: a plan does not tell the value of a reference to what is yet to be made, but the configuration tells the
reference. Where all resources that an expression refers to, directly or through variables and outputs, are one, that
is what it means: what is known after apply can come from nothing else but a resource. References to what is made no
instance of do not count, nor do locals, of which a plan says nothing. Two resources are one where one is the other's
policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bastide.declare.terraform.document import Document, Entry, Key

PART = re.compile(r'([A-Za-z_][\w-]*)|\[(?:"((?:[^"\\]|\\.)*)"|(\d+))\]')
NOISE = ("each.key", "count.index", "path.", "terraform.")
MAX_STEPS = 24  # variables and outputs behind one another


@dataclass(frozen=True)
class Target:
    """The resource that a reference names, and the attribute of it."""

    entry: Entry
    attribute: str


@dataclass(frozen=True)
class Place:
    """Where an expression stands: a module instance (as names with keys), and the key of the resource there."""

    module: tuple[tuple[str, Key], ...]
    index: Key = None


def parts_of(text: str) -> list[tuple[str, Key]]:
    """Names of a reference with the key behind each: ``a.b[0].c`` is a, (b, 0), c."""
    found: list[tuple[str, Key]] = []
    for match in PART.finditer(text):
        if match.group(1) is not None:
            found.append((match.group(1), None))
        elif found:
            key: Key = match.group(2) if match.group(3) is None else int(match.group(3))
            found[-1] = (found[-1][0], key)
    return found


def module_place(address: str) -> tuple[tuple[str, Key], ...]:
    """Names and keys of a module instance's address (``module.a[0].module.b``)."""
    return tuple(parts_of(address)[1::2])


def subjects(expression: Any) -> list[str]:
    """The references of an expression, without those that only lead to another one."""
    listed = expression.get("references") if isinstance(expression, Mapping) else None
    found = [
        one
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, str) and not one.startswith(NOISE)
    ]
    return [
        one for one in dict.fromkeys(found)
        if not any(other != one and other.startswith((f"{one}.", f"{one}[")) for other in found)
    ]  # fmt: skip


class References:
    """The expressions of a plan's configuration, and the instances that they name."""

    def __init__(self, document: Document) -> None:
        root = document.configuration.get("root_module")
        self.root: Mapping[str, Any] = root if isinstance(root, Mapping) else {}
        self.configured: dict[int, dict[tuple[str, str, str], Mapping[str, Any]]] = {}  # by identity of a module
        self.instances: dict[tuple[Any, ...], dict[Key, Entry]] = {}
        for entry in document.entries:
            place = (module_place(entry.module), entry.mode, entry.type, entry.name)
            self.instances.setdefault(place, {})[entry.index] = entry

    def module(self, place: tuple[tuple[str, Key], ...]) -> Mapping[str, Any]:
        """The configuration of a module; empty when it is not told."""
        found: Any = self.root
        for name, _ in place:
            found = _at(_at(_at(found, "module_calls"), name), "module")
        return found if isinstance(found, Mapping) else {}

    def resource(self, entry: Entry) -> Mapping[str, Any]:
        """The configuration of a resource; empty when it is not told."""
        return self._resources(module_place(entry.module)).get((entry.type, entry.name, entry.mode), {})

    def _resources(self, place: tuple[tuple[str, Key], ...]) -> dict[tuple[str, str, str], Mapping[str, Any]]:
        """The configured resources of a module by type, name and mode."""
        module = self.module(place)
        found = self.configured.get(id(module))
        if found is None:
            listed = module.get("resources")
            found = {
                (str(one.get("type")), str(one.get("name")), str(one.get("mode", "managed"))): one
                for one in (listed if isinstance(listed, list) else ())
                if isinstance(one, Mapping)
            }
            if module:
                self.configured[id(module)] = found
        return found

    def target(self, expression: Any, entry: Entry) -> Target | None:
        """The resource that an expression in an entry's configuration is; None when that is not told."""
        found = self.targets(expression, entry)
        return found[0] if len(found) == 1 else None

    def targets(self, expression: Any, entry: Entry) -> list[Target | None]:
        """The resources that the references of an expression name, in order; None for each that is not told."""
        return self._targets(expression, Place(module_place(entry.module), entry.index), entry, 0)

    def _targets(self, expression: Any, place: Place, entry: Entry | None, steps: int) -> list[Target | None]:
        if steps > MAX_STEPS:
            return [None]
        found = [one for one in subjects(expression) if not one.startswith("local.")]
        return [one for text in found for one in self._reference(text, place, entry, steps)]

    def _reference(self, text: str, place: Place, entry: Entry | None, steps: int) -> list[Target | None]:
        """What a reference names; nothing for what has no part in an unknown value."""
        parts = parts_of(text)
        if len(parts) < 2:
            return [None]
        head, (second, key) = parts[0][0], parts[1]
        if head == "var" and len(parts) == 2 and place.module:
            *above, (module, index) = place.module
            call = _at(_at(self.module(tuple(above)), "module_calls"), module)
            return self._targets(_at(_at(call, "expressions"), second), Place(tuple(above), index), None, steps + 1)
        if head == "module" and len(parts) == 3:
            return self._output(second, key, parts[2][0], place, steps)
        if head == "each" and second == "value" and entry is not None:
            return [self._each(parts, place, entry, steps)]
        mode = "data" if head == "data" else "managed"
        names = parts[1:] if mode == "data" else parts
        if head == "var":
            return []  # of the root module, or a part of one: known before apply
        if head in ("module", "each") or len(names) < 2:
            return [None]
        if not self.instances.get((place.module, mode, names[0][0], names[1][0])):
            return [] if self._is_empty(mode, names, place) else [None]
        return [self._instance(mode, names, place)]

    def _is_empty(self, mode: str, names: list[tuple[str, Key]], place: Place) -> bool:
        """Whether the configuration has a resource of which the plan holds no instance (``count = 0``)."""
        return mode == "managed" and (names[0][0], names[1][0], mode) in self._resources(place.module)

    def _output(self, module: str, key: Key, output: str, place: Place, steps: int) -> list[Target | None]:
        for chosen in (key, place.index, None):
            inner = (*place.module, (module, chosen))
            expression = _at(_at(_at(self.module(inner), "outputs"), output), "expression")
            found = self._targets(expression, Place(inner), None, steps + 1)
            if any(found):
                return found
        return [None]

    def _each(self, parts: list[tuple[str, Key]], place: Place, entry: Entry, steps: int) -> Target | None:
        found = subjects(self.resource(entry).get("for_each_expression"))
        if len(found) != 1 or steps > MAX_STEPS:
            return None
        names = parts_of(found[0])
        names[-1] = (names[-1][0], entry.index)
        return self._instance("managed", [*names, *parts[2:]], place) if len(names) == 2 else None

    def _instance(self, mode: str, names: list[tuple[str, Key]], place: Place) -> Target | None:
        (kind, _), (name, key) = names[0], names[1]
        known = self.instances.get((place.module, mode, kind, name), {})
        attribute = names[2][0] if len(names) > 2 else "id"
        if key is not None:
            return Target(known[key], attribute) if key in known else None
        if len(known) == 1:
            return Target(next(iter(known.values())), attribute)
        return Target(known[place.index], attribute) if place.index in known else None


def _at(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None
