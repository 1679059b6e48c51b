"""One YAML file as plain values, each with its place; hostile input is refused before it is built.

What comes out is a ``Document``: values (mappings, lists, text, numbers, booleans, None) and, for every path, the
line and column. Size, depth, number of nodes and the growth by aliases are limited. Duplicate keys are errors, and so
are merge keys, custom tags and a second document: a file that says what an organization is should have one reading.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bastide.declare.regular import require_regular
from bastide.declare.yaml_error import not_yaml
from bastide.errors import InputError, Problem

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 100_000
ACCOUNT_DIGITS = 12
YAML_FIX = "look at the line's indentation, colons, brackets and quotes; text with a colon is quoted"

Place = tuple[int, int]
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """Values of one file and where each stands (line and column, from 1; that of its key for a mapping's value)."""

    value: Any
    file: str
    places: dict[KeyPath, Place] = field(default_factory=dict)

    def place(self, path: KeyPath) -> Place:
        """The place of a path, or of the nearest path above it that has one."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def where(self, path: KeyPath) -> str:
        """``file:line:column  path`` for a message."""
        line, column = self.place(path)
        dotted = ".".join(str(part) for part in path)
        return f"{self.file}:{line}:{column}  {dotted}".rstrip()


def read(path: Path) -> Document:
    """The document in a file.

    Raises:
        InputError: the file cannot be read, is too large, is not UTF-8 or not YAML as understood here.
    """
    try:
        require_regular(path)
        size = path.stat().st_size
        if size > MAX_BYTES:
            fix = f"an architecture file has at most {MAX_BYTES:,} bytes; is this the right file?"
            raise InputError(f"{path} has {size:,} bytes", fix=fix)
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}", fix="`bastide init` writes one") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", fix="give the permission to read it") from error
    return parse(data, str(path))


def parse(data: bytes, file: str = "architecture.yaml") -> Document:
    """The document in ``data``.

    Raises:
        InputError: see ``read``; all duplicate keys at once.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is not UTF-8 text (byte {error.start})", file, "save it as UTF-8") from error
    try:
        _measure(text, file)
        node = yaml.compose(text, Loader)
    except yaml.YAMLError as error:
        raise not_yaml(error, file, YAML_FIX) from error
    if node is None:
        raise InputError(f"{file} is empty", file, "`bastide init` writes a commented starter")
    builder = _Builder(file)
    value = builder.build(node, ())
    if builder.problems:
        raise InputError.of(builder.problems)
    return Document(value, file, builder.places)


def _measure(text: str, file: str) -> None:
    """Refuse what is too deep or too large, from the stream of events, before anything is built of it."""
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader)):
        mark = event.start_mark
        where = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise InputError(f"values are nested more than {MAX_DEPTH} deep", where, "is this the right file?")
        if nodes > MAX_NODES:
            raise InputError(f"the file has more than {MAX_NODES:,} values", where, "is this the right file?")


class _Builder:
    """Turns nodes into values, notes places, collects problems; aliases are followed and counted."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[KeyPath, Place] = {}
        self.problems: list[Problem] = []
        self._built = 0
        self._scalars = yaml.SafeLoader("")

    def _where(self, node: yaml.Node) -> str:
        return f"{self.file}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"

    def build(self, node: yaml.Node, path: KeyPath) -> Any:
        """The value of a node."""
        self._built += 1
        if self._built > MAX_NODES:
            fix = "write repeated parts out, or split the file"
            raise InputError(f"aliases make more than {MAX_NODES:,} values of this file", self._where(node), fix)
        if len(path) > MAX_DEPTH:
            fix = "write out what it stands for"
            raise InputError("an alias refers to a value that it is part of", self._where(node), fix)
        self.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.MappingNode):
            return {key: self.build(item, (*path, key)) for key, item in self._pairs(node, path)}
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _pairs(self, node: yaml.MappingNode, path: KeyPath) -> Iterator[tuple[str, yaml.Node]]:
        """Keys as text with their values; a key that stands twice is a problem."""
        seen: dict[str, yaml.Node] = {}
        for key_node, item in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem("a key must be text", self._where(key_node), "write a name"))
                continue
            key = str(key_node.value)
            if key_node.tag == "tag:yaml.org,2002:merge":
                self.problems.append(
                    Problem("merge keys (<<) are not understood", self._where(key_node), "write it out")
                )
                continue
            if key in seen:
                first = seen[key].start_mark.line + 1
                what = f"the key {key!r} stands twice (first on line {first})"
                self.problems.append(Problem(what, self._where(key_node), "keep one of them"))
                continue
            seen[key] = key_node
            self.places[(*path, key)] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            yield key, item

    def _scalar(self, node: yaml.Node) -> Any:
        """A scalar by YAML's core types; 12 plain digits (an account id) and dates stay text."""
        text = str(node.value)
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        if plain and len(text) == ACCOUNT_DIGITS and text.isascii() and text.isdigit():
            return text
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self.problems.append(Problem(f"the tag {node.tag} is not understood", self._where(node), "remove it"))
            return None
        try:
            value = self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            what = f"{text!r} is not a value: {str(error).splitlines()[0]}"
            self.problems.append(Problem(what, self._where(node), "quote it, if it is meant as text"))
            return None
        return text if isinstance(value, datetime.date | bytes) else value
