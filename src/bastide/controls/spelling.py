"""Whether the properties that a control speaks of exist: its paths against the registry's schema of the type.

The one idea: a misspelled property is always absent, and a control of it always fails or always passes; that must be
an error before anybody assesses. The schema comes in as an argument; this reads no files.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bastide.iam.vocabulary import suggest

Schema = Mapping[str, Any]
CHOICES = ("allOf", "anyOf", "oneOf")


def misspelled(paths: Iterable[str], schema: Schema, observed: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Paths (``*`` for elements of lists) that the schema does not have, each with a suggestion.

    ``observed``: paths of facts that no template states and the collector adds, with all below them.
    """
    beyond = tuple(observed)
    wrong = []
    for path in paths:
        if not any(path == one or path.startswith(f"{one}.") for one in beyond):
            complaint = _complaint(path, schema)
            if complaint is not None:
                wrong.append((path, complaint))
    return wrong


def _complaint(path: str, schema: Schema) -> str | None:
    """What is wrong with a path; None when nothing is."""
    nodes = [schema]
    for part in path.split("."):
        nodes = [resolved for node in nodes for resolved in _resolved(node, schema)]
        if any(_is_free(node) for node in nodes):
            return None
        found = [inner for node in nodes for inner in _inner(node, part)]
        if not found:
            return suggest(part, sorted({name for node in nodes for name in node.get("properties", ())}))
        nodes = found
    return None


def _resolved(node: Any, schema: Schema, depth: int = 0) -> Iterator[Schema]:
    """The node and all its alternatives, references followed."""
    if not isinstance(node, Mapping) or depth > 20:  # a schema may refer to itself
        return
    yield node
    reference = node.get("$ref", "")
    if reference.startswith("#/definitions/"):
        yield from _resolved(schema.get("definitions", {}).get(reference.rpartition("/")[2]), schema, depth + 1)
    for choice in CHOICES:
        for one in node.get(choice, ()):
            yield from _resolved(one, schema, depth + 1)


def _is_free(node: Schema) -> bool:
    """An object that says nothing of what is in it."""
    kinds = node.get("type", ())
    return "object" in ([kinds] if isinstance(kinds, str) else kinds) and not any(
        node.get(name) for name in ("properties", "patternProperties", "$ref", *CHOICES)
    )


def _inner(node: Schema, part: str) -> Iterator[Any]:
    if part == "*" or part.isdigit():
        if "items" in node:
            yield node["items"]
        return
    if part in node.get("properties", {}):
        yield node["properties"][part]
    yield from node.get("patternProperties", {}).values()
