"""``Fn::ForEach`` written out, in every section and inside properties.

The one idea: a loop is text replaced in a copy of its body, once an item; inner loops are written out with the outer
item already in place. ``&{Name}`` keeps letters and digits only, for logical ids. What loops come to is counted before
they are written out.

Source: CloudFormation Template Reference, "Fn::ForEach".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bastide.declare.templates.evaluate import as_text
from bastide.declare.templates.tree import Map, Seq
from bastide.model import Unknown, Value

PREFIX = "Fn::ForEach::"
Listed = Callable[[Any], Value]  # what a collection comes to
Doubt = tuple[int, str]  # line, why a loop could not be written out
Written = tuple[str, Any, int]  # key, body, line
# CloudFormation takes 500 resources and 1 MB, loops written out.
# Source: CloudFormation User Guide, "CloudFormation quotas".
MAX_WRITTEN = 100_000  # values that one loop comes to
MAX_COPIED = 400_000  # values that are copied for all loops


class TooMany(Exception):
    """The loops of a template come to more values than any that CloudFormation takes."""


class Loops:
    """Writes loops out; ``doubts`` says which could not be."""

    def __init__(self, listed: Listed) -> None:
        self.listed = listed
        self.made = 0
        self.doubts: list[Doubt] = []
        self._within = False

    def expand(self, node: Any) -> Any:
        """The tree without loops; one whose collection is not known stays, and is a doubt."""
        if isinstance(node, Map):
            return self._mapping(node)
        if isinstance(node, Seq):
            made = Seq(node.line)
            for item, line in zip(node, node.lines, strict=True):
                made.add(self.expand(item), line)
            return made
        return node

    def _mapping(self, node: Map) -> Map:
        made = Map(node.line)
        for key, item in node.items():
            line = node.lines[key]
            if not key.startswith(PREFIX):
                made.put(key, self.expand(item), line)
                continue
            written = self._written(item, line) if self._within else self._whole(item, line)
            if isinstance(written, Unknown):
                self.doubts.append((line, f"{key} cannot be written out: {written.reason}"))
                made.put(key, item, line)
                continue
            for name, body, place in written:
                made.put(name, body, place)
        return made

    def _whole(self, item: Any, line: int) -> list[Written] | Unknown:
        """A loop that is in no other, with all that are in it: written out wholly or not at all."""
        doubts, self._within = len(self.doubts), True
        try:
            if self._times(item) > MAX_WRITTEN:  # known before anything is made of it
                raise TooMany
            return self._written(item, line)
        except TooMany:
            del self.doubts[doubts:]
            return Unknown(f"loops come to more than {MAX_WRITTEN:,} values")
        finally:
            self._within = False

    def _written(self, item: Any, line: int) -> list[Written] | Unknown:
        turns = self._turns(item)
        if isinstance(turns, Unknown):
            return turns
        return [
            (name, body, turn.lines.get(name, line)) for turn in turns for name, body in self._mapping(turn).items()
        ]

    def _size(self, node: Any) -> int:
        """How many values a body comes to, as far as collections are known before outer items are put in."""
        if isinstance(node, Map):
            return 1 + sum(
                self._times(item) if key.startswith(PREFIX) else self._size(item) for key, item in node.items()
            )
        return 1 + sum(map(self._size, node)) if isinstance(node, Seq) else 1

    def _times(self, item: Any) -> int:
        """How many values a loop comes to, and its collection, which an outer loop copies."""
        if not isinstance(item, list) or len(item) != 3:
            return self._size(item)
        collection = self.listed(item[1])
        turns = len(collection) if isinstance(collection, list) else 1
        return self._size(item[1]) + turns * self._size(item[2])

    def _turns(self, item: Any) -> list[Map] | Unknown:
        if not isinstance(item, list) or len(item) != 3 or not isinstance(item[2], Map):
            return Unknown("it needs an identifier, a collection and a mapping")
        collection = self.listed(item[1])
        if isinstance(collection, Unknown):
            return collection
        if not isinstance(collection, list):
            return Unknown("its collection is not a list")
        gap = next((one for one in collection if isinstance(one, Unknown)), None)
        if gap is not None:
            return gap
        return [self._replaced(item[2], str(item[0]), as_text(one)) for one in collection]

    def _replaced(self, node: Any, name: str, text: str) -> Any:
        """A copy of a body with the identifier replaced in keys, references and text."""
        self.made += 1
        if self.made > MAX_COPIED:
            raise TooMany
        if isinstance(node, Map):
            if list(node) == ["Ref"] and node["Ref"] == name:
                return text
            made = Map(node.line)
            for key, item in node.items():
                made.put(_filled(key, name, text), self._replaced(item, name, text), node.lines[key])
            return made
        if isinstance(node, Seq):
            items = Seq(node.line)
            for item, line in zip(node, node.lines, strict=True):
                items.add(self._replaced(item, name, text), line)
            return items
        return _filled(node, name, text) if isinstance(node, str) else node


def _filled(text: str, name: str, value: str) -> str:
    return text.replace(f"${{{name}}}", value).replace(f"&{{{name}}}", re.sub(r"[^A-Za-z0-9]", "", value))
