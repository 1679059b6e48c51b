"""What Terraform's JSON holds: the resources of a plan, of a state, or of a state file, each with what is not known.

Source: Terraform documentation, "JSON Output Format"; "State: format" (version 4).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bastide.declare.shaping.depth import MAX_DEPTH, too_deep
from bastide.errors import InputError

FORMATS = re.compile(r"(?:0|1)\.\d+")
MAX_RESOURCES = 200_000
MAX_MODULES = 60  # modules in modules
Key = str | int | None


@dataclass(frozen=True)
class Entry:
    """One resource instance: its address, values, and trees of what is unknown and what is sensitive.

    ``module`` is the address of the module instance (empty for the root), ``index`` the key of ``count`` or
    ``for_each``.
    """

    address: str
    type: str
    name: str
    values: Mapping[str, Any]
    mode: str = "managed"
    module: str = ""
    index: Key = None
    unknown: Any = field(default_factory=dict)
    sensitive: Any = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A plan or a state. ``configuration`` is empty for a state; ``doubts`` say why it may not be all."""

    kind: str
    entries: tuple[Entry, ...]
    configuration: Mapping[str, Any] = field(default_factory=dict)
    prior: tuple[Entry, ...] = ()
    doubts: tuple[str, ...] = ()


def is_terraform(document: Any) -> bool:
    """Whether decoded JSON is Terraform's: a plan or state of ``show -json``, or a state file."""
    if not isinstance(document, Mapping):
        return False
    if "terraform_version" not in document:
        return "planned_values" in document and "resource_changes" in document
    return any(
        name in document for name in ("planned_values", "resource_changes", "values", "serial", "format_version")
    )


def parse_document(document: Mapping[str, Any], file: str) -> Document:
    """The resources of decoded JSON.

    Raises:
        InputError: a form or version of it that is not read, or the resources are not where they belong.
    """
    if "serial" in document or ("resources" in document and "version" in document):
        return _state_file(document, file)
    version = document.get("format_version")
    if version is not None and not FORMATS.fullmatch(str(version)):
        raise InputError(f"format_version {version} is not read", file, "use terraform show -json of Terraform 1.x")
    if "planned_values" in document or "resource_changes" in document:
        return _plan(document, file)
    values = document.get("values")
    if values is None:  # an empty state
        return Document("state", ())
    entries = _module(_mapping(values, "values", file).get("root_module"), file)
    return Document("state", tuple(_bounded(one, file) for one in entries))


def _mapping(value: Any, name: str, file: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError(f"{name} is not a mapping", file, "is this the output of terraform show -json?")
    return value


def _items(value: Any, name: str, file: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(f"{name} is not a list", file, "is this the output of terraform show -json?")
    if len(value) > MAX_RESOURCES:
        what = f"{name} has {len(value):,} entries; at most {MAX_RESOURCES:,} are read"
        raise InputError(what, file, "judge the workspaces one by one")
    return value


def _module(root: Any, file: str) -> Iterator[Entry]:
    """Resources of a module and of those in it."""
    waiting: list[tuple[Any, int]] = [(root, 0)]
    while waiting:
        module, depth = waiting.pop()
        module = _mapping(module, "a module", file)
        if depth > MAX_MODULES:
            raise InputError(f"modules are nested more than {MAX_MODULES} deep", file, "is this the right file?")
        for resource in _items(module.get("resources"), "resources", file):
            entry = _entry(_mapping(resource, "a resource", file), str(module.get("address", "")))
            if entry is not None:
                yield entry
        waiting += [
            (child, depth + 1) for child in reversed(_items(module.get("child_modules"), "child_modules", file))
        ]


def _entry(resource: Mapping[str, Any], module: str) -> Entry | None:
    kind, name = resource.get("type"), resource.get("name")
    if not isinstance(kind, str):
        return None
    values, index = resource.get("values"), resource.get("index")
    address = resource.get("address") or f"{module}.{kind}.{name}".lstrip(".")
    return Entry(
        address=str(address),
        type=kind,
        name=str(name),
        values=values if isinstance(values, Mapping) else {},
        mode=str(resource.get("mode", "managed")),
        module=module,
        index=index if isinstance(index, str | int) else None,
        sensitive=resource.get("sensitive_values") or {},
    )


def _bounded(entry: Entry, file: str) -> Entry:
    """The entry.

    Raises:
        InputError: its values are nested too deeply.
    """
    if any(too_deep(tree) for tree in (entry.values, entry.unknown, entry.sensitive)):
        raise InputError(
            f"values of {entry.address} are nested more than {MAX_DEPTH} deep", file, "is this the right file?"
        )
    return entry


def _plan(document: Mapping[str, Any], file: str) -> Document:
    changes = {
        str(one.get("address")): one
        for one in _items(document.get("resource_changes"), "resource_changes", file)
        if isinstance(one, Mapping)
    }
    planned = _mapping(document.get("planned_values"), "planned_values", file)
    found = {one.address: one for one in _module(planned.get("root_module"), file)}
    if not planned:
        found = {name: one for name, one in _changed(changes) if one.values}
    entries = tuple(_bounded(_with_unknown(one, changes.get(one.address)), file) for one in found.values())
    prior = _mapping(document.get("prior_state"), "prior_state", file)
    before = tuple(_module(_mapping(prior.get("values"), "prior_state.values", file).get("root_module"), file))
    return Document(
        "plan",
        entries,
        _mapping(document.get("configuration"), "configuration", file),
        before,
        tuple(_doubts(document)),
    )


def _changed(changes: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, Entry]]:
    for address, one in changes.items():
        change = one.get("change")
        after = change.get("after") if isinstance(change, Mapping) else None
        entry = _entry({**one, "values": after}, str(one.get("module_address", "")))
        if entry is not None:
            yield address, entry


def _with_unknown(entry: Entry, changed: Mapping[str, Any] | None) -> Entry:
    change = changed.get("change") if changed else None
    if not isinstance(change, Mapping):
        return entry
    hidden = entry.sensitive or change.get("after_sensitive") or {}
    return replace(entry, unknown=change.get("after_unknown") or {}, sensitive=hidden)


def _doubts(document: Mapping[str, Any]) -> Iterator[str]:
    if document.get("errored") is True:
        yield "the plan ended with an error: it does not hold everything"
    if document.get("complete") is False:
        yield "the plan is not complete: it was made for a part, or changes were deferred"
    deferred = document.get("deferred_changes")
    for one in deferred if isinstance(deferred, list) else ():
        change = one.get("resource_change") if isinstance(one, Mapping) else None
        if isinstance(change, Mapping):
            yield f"{change.get('address')} is deferred to a later plan"


def _state_file(document: Mapping[str, Any], file: str) -> Document:
    version = document.get("version")
    if version != 4:
        raise InputError(f"version {version} of the state file is not read", file, "run terraform show -json on it")
    entries: list[Entry] = []
    doubts: list[str] = []
    for one in _items(document.get("resources"), "resources", file):
        resource = _mapping(one, "a resource", file)
        for instance in _items(resource.get("instances"), "instances", file):
            found = _instance(resource, _mapping(instance, "an instance", file))
            if isinstance(found, Entry):
                entries.append(_bounded(found, file))
            elif found:
                doubts.append(found)
    return Document("state", tuple(entries), doubts=tuple(doubts))


def _instance(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> Entry | str | None:
    """An instance of a state file; text for one that cannot be read, None for one that is about to be destroyed."""
    module, key = str(resource.get("module", "")), instance.get("index_key")
    stem = f"{module}.{resource.get('type')}.{resource.get('name')}".lstrip(".")
    address = stem if key is None else f"{stem}[{key}]" if isinstance(key, int) else f'{stem}["{key}"]'
    if "deposed" in instance:
        return None
    if "attributes" not in instance:
        return f"{address} has no attributes that can be read"
    return _entry({**resource, "address": address, "index": key, "values": instance["attributes"]}, module)


class Lines:
    """The line of each address in the text of a document; 0 where it is not found."""

    def __init__(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        starts = [0, *(match.end() for match in re.finditer("\n", text))]
        begin = max(text.find('"planned_values"'), 0)
        self.found: dict[str, int] = {}
        for match in re.finditer(r'"address"\s*:\s*"((?:[^"\\]|\\.)*)"', text):
            name = match.group(1).replace('\\"', '"')
            if match.start() >= begin or name not in self.found:
                self.found.setdefault(name, bisect_right(starts, match.start()))
        for match in re.finditer(r'"type"\s*:\s*"(\w+)"\s*,\s*"name"\s*:\s*"([^"]+)"', text):
            self.found.setdefault(f"{match.group(1)}.{match.group(2)}", bisect_right(starts, match.start()))

    def of(self, entry: Entry) -> int:
        """The line of an entry."""
        return self.found.get(entry.address) or self.found.get(f"{entry.type}.{entry.name}", 0)
