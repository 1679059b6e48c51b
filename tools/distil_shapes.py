"""Distil the registry's property names of the types that are only read into ``src/bastide/aws/readers/shapes.json``.

Of a schema of hundreds of kilobytes a reader needs the names and whether there is an object, a list or a plain value.

    python tools/distil_shapes.py          # writes the file
    python tools/distil_shapes.py --check  # exit code 1 when it is stale
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

READERS = Path(__file__).parent.parent / "src" / "bastide" / "aws" / "readers"
TARGET = READERS / "shapes.json"
REGION = "us-east-1"
DEEPEST = 9  # rules of a web ACL hold rules; below this an object may have any members

Tree = Mapping[str, Any] | list[Any] | None


def trees(types: Iterable[str]) -> dict[str, Tree]:
    """The tree of names (see ``bastide.aws.readers.shape``) by type, for those that the registry has."""
    schemas = files("cfnlint.data.schemas")
    names: dict[str, str] = json.loads((schemas / "providers" / f"{REGION}.json").read_text())
    found = {}
    for name in sorted(set(types) & set(names)):
        schema = json.loads((schemas / "resources" / f"{names[name]}.json").read_text())
        found[name] = tree(schema, schema, 0)
    return found


def tree(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> Tree:
    """The tree of one schema."""
    if depth > DEEPEST:
        return {}
    options = list(spread(schema, root))
    members: dict[str, Any] = {}
    for option in options:
        for name, inner in option.get("properties", {}).items():
            members.setdefault(name, tree(inner, root, depth + 1))
    if members:
        return members
    for option in options:
        if option.get("type") == "array" or "items" in option:
            return [tree(option.get("items", {}), root, depth + 1)]
    return {} if any("object" in str(option.get("type")) for option in options) else None


def spread(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A schema, behind its references, and its alternatives."""
    for _ in range(8):
        pointer = schema.get("$ref")
        if not isinstance(pointer, str):
            break
        target: Any = root
        for part in pointer.removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    yield schema
    for word in ("oneOf", "anyOf", "allOf"):
        for option in schema.get(word, ()):
            yield from spread(option, root)


def render() -> str:
    """The file's text: one line a type."""
    types = [name for table in READERS.glob("*.yaml") for name in yaml.safe_load(table.read_text())["types"]]
    lines = [f"{json.dumps(name)}: {json.dumps(one, sort_keys=True)}" for name, one in trees(types).items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> int:
    """Write or check the file."""
    text = render()
    if "--check" in sys.argv:
        return int(not TARGET.exists() or TARGET.read_text() != text)
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
