"""JSON text as a tree with lines: strict JSON, each key once, neither too deep nor too large."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from bastide.declare.templates.tree import MAX_DEPTH, MAX_NODES, Map, Seq
from bastide.errors import InputError

SPACE = re.compile(r"[ \t\r\n]*")
ATOM = re.compile(r"-?(?:0|[1-9]\d{0,300})(?:\.\d{1,300})?(?:[eE][-+]?\d{1,3})?|true|false|null")
HALF = re.compile("[\\ud800-\\udfff]")  # of a pair of surrogates, which no UTF-8 can hold
FIX = "look for a missing comma, quote or bracket before this place"


def parse_json(text: str, file: str) -> Any:
    """The tree of JSON text.

    Raises:
        InputError: not JSON, a key twice, too deep or too large; with file and line.
    """
    parser = _Parser(text, file)
    value, end = parser.value(parser.skip(0), 0)
    end = parser.skip(end)
    if end != len(text):
        raise parser.error("there is text behind the JSON value", end)
    return value


class _Parser:
    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.nodes = 0

    def line(self, position: int) -> int:
        return bisect_right(self.starts, position)

    def error(self, what: str, position: int, fix: str = FIX) -> InputError:
        line = self.line(position)
        return InputError(
            f"this is not JSON: {what}", f"{self.file}:{line}:{position - self.starts[line - 1] + 1}", fix
        )

    def skip(self, position: int) -> int:
        found = SPACE.match(self.text, position)
        return found.end() if found else position

    def value(self, position: int, depth: int) -> tuple[Any, int]:
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            what = f"nested more than {MAX_DEPTH} deep" if depth > MAX_DEPTH else f"more than {MAX_NODES:,} values"
            raise self.error(what, position, "is this the right file?")
        sign = self.text[position : position + 1]
        if sign == "{":
            return self.mapping(position, depth)
        if sign == "[":
            return self.sequence(position, depth)
        if sign == '"':
            return self.string(position)
        atom = ATOM.match(self.text, position)
        if atom is None:
            raise self.error("a value is missing" if sign else "the text ends too early", position)
        if self.text[atom.end() : atom.end() + 1].isdigit():
            raise self.error("a number is not one, or has too many digits", position, "quote it")
        return json.loads(atom.group()), atom.end()

    def string(self, position: int) -> tuple[str, int]:
        try:
            text, end = scanstring(self.text, position + 1, False)
        except ValueError as error:
            raise self.error(str(error).split(":", maxsplit=1)[0].lower(), position) from error
        if HALF.search(text):
            raise self.error("a text holds half of a character", position, "write the pair, or remove it")
        return text, end

    def mapping(self, position: int, depth: int) -> tuple[Map, int]:
        made = Map(self.line(position))
        position = self.skip(position + 1)
        while self.text[position : position + 1] != "}":
            if self.text[position : position + 1] != '"':
                raise self.error("a key in quotes is expected", position)
            line = self.line(position)
            start = position
            key, position = self.string(position)
            if key in made:
                raise self.error(f"the key {key!r} stands twice (first on line {made.lines[key]})", start, "keep one")
            position = self.skip(position)
            if self.text[position : position + 1] != ":":
                raise self.error("a colon is expected", position)
            item, position = self.value(self.skip(position + 1), depth + 1)
            made.put(key, item, line)
            position = self.after(position, "}")
        return made, position + 1

    def sequence(self, position: int, depth: int) -> tuple[Seq, int]:
        made = Seq(self.line(position))
        position = self.skip(position + 1)
        while self.text[position : position + 1] != "]":
            line = self.line(position)
            item, position = self.value(position, depth + 1)
            made.add(item, line)
            position = self.after(position, "]")
        return made, position + 1

    def after(self, position: int, closing: str) -> int:
        """The place of the next member, or of the closing bracket."""
        position = self.skip(position)
        sign = self.text[position : position + 1]
        if sign == closing:
            return position
        if sign != ",":
            raise self.error(f"a comma or {closing} is expected", position)
        following = self.skip(position + 1)
        if self.text[following : following + 1] == closing:
            raise self.error("a comma stands before the end", position)
        return following
