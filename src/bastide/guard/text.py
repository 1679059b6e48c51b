"""The text of a policy, read from left to right: positions, white space, comments, constants.

The one idea: a place in the text can be kept and gone back to, so that the parser looks ahead without a table.
"""

from __future__ import annotations

import re
from typing import Any

from bastide.errors import InputError
from bastide.guard.pattern import parse_pattern
from bastide.guard.value import Range

SPACE = re.compile(r"(?:\s+|#[^\n]*)*")
INLINE = re.compile(r"[ \t]*")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
INTEGER = re.compile(r"-?\d+")
FLOAT = re.compile(r"\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]\d+)")
WORDS = re.compile(r"(?:null|NULL|true|True|false|False)(?![A-Za-z0-9_])")
RANGE = re.compile(r"r([(\[])\s*([^,\s]+)\s*,\s*([^)\]\s]+)\s*([)\]])")
KEY = re.compile(r"[\w-]+")
CONSTANTS: dict[str, Any] = {"null": None, "NULL": None, "true": True, "True": True, "false": False, "False": False}
MOST_NESTED = 64


class Reader:
    """A text and the place that is read next."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name, self.at, self.depth = text, name, 0, 0

    @property
    def line(self) -> int:
        """The line of the place, from 1."""
        return self.text.count("\n", 0, self.at) + 1

    @property
    def ended(self) -> bool:
        """Whether there is no more text."""
        return self.at >= len(self.text)

    def refuse(self, what: str, fix: str = "") -> InputError:
        """The error that something at this place is wrong or not translated."""
        return InputError(what, f"{self.name}:{self.line}", fix)

    def space(self) -> None:
        """Pass white space and comments."""
        found = SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def sees(self, text: str) -> bool:
        """Whether this text stands here."""
        return self.text.startswith(text, self.at)

    def take(self, text: str) -> bool:
        """Whether this text stands here; it is passed if so."""
        if self.sees(text):
            self.at += len(text)
            return True
        return False

    def word(self, *words: str) -> str:
        """The one of the words that stands here as a whole, passed; empty when none does."""
        found = NAME.match(self.text, self.at)
        if found and found.group() in words:
            self.at = found.end()
            return found.group()
        return ""

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What the pattern matches here, passed; None when it does not."""
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def expect(self, text: str) -> None:
        """Pass this text, after white space. Raises InputError when it is not there."""
        self.space()
        if not self.take(text):
            raise self.refuse(f"here should be {text!r}, not {self.shown()}")

    def shown(self) -> str:
        """What stands here, for people."""
        return repr(self.text[self.at : self.at + 20].split("\n")[0]) if not self.ended else "the end"

    def string(self) -> str | None:
        """The quoted text that stands here; None when there is none. Raises InputError when it does not end."""
        quote = self.text[self.at : self.at + 1]
        if quote not in ("'", '"') or not quote:
            return None
        made: list[str] = []
        at = self.at + 1
        while (end := self.text.find(quote, at)) >= 0:
            part = self.text[at:end]
            at = end + 1
            if not part.endswith("\\"):
                self.at = at
                return "".join([*made, part])
            made.append(part[:-1] + quote)
        raise self.refuse("this text does not end")

    def constant(self) -> tuple[Any] | None:
        """The constant that stands here, in a tuple; None when there is none.

        Raises:
            InputError: it does not end, or is one that is not translated.
        """
        self.space()
        text = self.string()
        if text is not None:
            return (text,)
        if found := self.match(WORDS):
            return (CONSTANTS[found.group()],)
        if found := self.match(FLOAT):
            return (float(found.group()),)
        if found := self.match(INTEGER):
            return (int(found.group()),)
        if self.sees("/"):
            return (self._regex(),)
        if self.sees("r(") or self.sees("r["):
            return (self._range(),)
        if self.sees("[") or self.sees("{"):
            return (self._nested(),)
        return None

    def _nested(self) -> Any:
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise self.refuse(f"constants nested more than {MOST_NESTED} deep are not translated")
        made = self._list() if self.sees("[") else self._mapping()
        self.depth -= 1
        return made

    def _list(self) -> list[Any]:
        self.expect("[")
        found: list[Any] = []
        self.space()
        while not self.take("]"):
            one = self.constant()
            if one is None:
                raise self.refuse(f"here should be a constant, not {self.shown()}")
            found.append(one[0])
            self.space()
            if not self.take(",") and not self.sees("]"):
                raise self.refuse(f"here should be ',' or ']', not {self.shown()}")
            self.space()
        return found

    def _mapping(self) -> dict[str, Any]:
        self.expect("{")
        found: dict[str, Any] = {}
        self.space()
        while not self.take("}"):
            name = self.string()
            key = self.match(KEY) if name is None else None
            if name is None and key is None:
                raise self.refuse(f"here should be a key, not {self.shown()}")
            self.expect(":")
            one = self.constant()
            if one is None:
                raise self.refuse(f"here should be a constant, not {self.shown()}")
            found[name if name is not None else key.group() if key else ""] = one[0]
            self.space()
            if not self.take(",") and not self.sees("}"):
                raise self.refuse(f"here should be ',' or '}}', not {self.shown()}")
            self.space()
        return found

    def _regex(self) -> Any:
        made, at = [], self.at + 1
        while (end := self.text.find("/", at)) >= 0:
            part, at = self.text[at:end], end + 1
            made.append(part)
            if not part.endswith("\\"):
                try:
                    found = parse_pattern("".join(made))
                except ValueError as wrong:
                    raise self.refuse(f"the pattern: {wrong}") from wrong
                self.at = at
                return found
            made[-1] = part[:-1] + "/"
        raise self.refuse("this pattern does not end")

    def _range(self) -> Range:
        found = RANGE.match(self.text, self.at)
        try:
            if found is None:
                raise ValueError
            low, high = (_number(found.group(place)) for place in (2, 3))
            if type(low) is not type(high):
                raise ValueError
        except ValueError as wrong:
            raise self.refuse("a range is of two numbers of one kind; others are not translated") from wrong
        self.at = found.end()
        return Range(low, high, found.group(1) == "[", found.group(4) == "]")


def _number(text: str) -> float:
    return int(text) if INTEGER.fullmatch(text) else float(text)
