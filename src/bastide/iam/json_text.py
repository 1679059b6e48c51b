"""JSON text to values, knowing where each value stands and refusing what a standard parser passes over.

The one idea: decode with the fast standard parser, and find places with a token scan of the same text only when
somebody needs them. Refused: duplicate keys (the parser keeps the last one silently), NaN and Infinity, lone
surrogates, and text over ``LIMIT`` bytes or nested too deep. It knows nothing of policies.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bastide.errors import InputError, Problem

LIMIT = 10_000_000  # bytes; the largest policy that AWS takes is 32 KiB (a KMS key policy)
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class Number(str):
    """A JSON number, kept as it was written."""

    __slots__ = ()


@dataclass
class _Frame:
    """An object or list that the scan is inside of."""

    pointer: str
    is_object: bool
    step: str = "0"
    awaits_key: bool = False


@dataclass(frozen=True)
class Places:
    """Offsets of every key and list item by JSON pointer, and the keys that occur again."""

    text: str
    offsets: dict[str, int] = field(default_factory=dict)
    repeated: tuple[tuple[str, int], ...] = ()

    def line_column(self, pointer: str) -> tuple[int, int]:
        """Line and column (from 1) of a pointer or of its nearest known parent."""
        while pointer and pointer not in self.offsets:
            pointer = pointer.rpartition("/")[0]
        return self.of_offset(self.offsets.get(pointer, 0))

    def of_offset(self, offset: int) -> tuple[int, int]:
        """Line and column (from 1) of an offset."""
        row = bisect_left(self._line_ends, offset)
        return row + 1, offset - (self._line_ends[row - 1] if row else -1)

    @cached_property
    def _line_ends(self) -> list[int]:
        """Offsets of all line ends, found once: a policy may hold thousands of statements."""
        return [match.start() for match in re.finditer("\n", self.text)]


def parse_json_text(source: str | bytes, where: str = "") -> tuple[Any, str]:
    """The decoded value and the text; numbers become ``Number``.

    Raises:
        InputError: not UTF-8, not JSON, duplicate keys (all of them), too large or nested too deep.
    """
    if len(source) > LIMIT:
        raise InputError(f"policy of {len(source):,} bytes: more than {LIMIT:,} are not read", where)
    text = _decode(source, where) if isinstance(source, bytes) else source
    repeated: list[str] = []
    try:
        value = _decoder(repeated).decode(text)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg}", at(where, error.lineno, error.colno), _hint(text)) from error
    except RecursionError as error:
        raise InputError("not a policy: JSON nested too deep", where) from error
    except ValueError as error:
        raise InputError(f"not JSON: {error}", where) from error
    if repeated:
        raise InputError.of(_duplicates(locate(text), where))
    if "\\u" in text or not text.isascii():
        _refuse_surrogates(value, where)
    return value, text


def locate(text: str) -> Places:
    """Where every key and list item of valid JSON ``text`` stands."""
    offsets: dict[str, int] = {}
    repeated: list[tuple[str, int]] = []
    stack: list[_Frame] = []
    for match in TOKEN.finditer(text):
        token = match.group()
        if token in (",", ":"):
            _advance(stack[-1], token)
        elif token in ("]", "}"):
            stack.pop()
        elif stack and stack[-1].awaits_key:
            pointer = _enter_key(stack[-1], token)
            if pointer in offsets:
                repeated.append((pointer, match.start()))
            offsets[pointer] = match.start()
        else:
            pointer = f"{stack[-1].pointer}/{stack[-1].step}" if stack else ""
            offsets.setdefault(pointer, match.start())
            if token in ("{", "["):
                stack.append(_Frame(pointer, token == "{", awaits_key=token == "{"))
    return Places(text, offsets, tuple(repeated))


def at(where: str, line: int, column: int) -> str:
    """A place in words: ``file:line:column``, or ``line L, column C`` where there is no file."""
    return f"{where}:{line}:{column}" if where else f"line {line}, column {column}"


def escape(key: str) -> str:
    """A key as one step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def _decoder(repeated: list[str]) -> json.JSONDecoder:
    """A decoder that notes repeated keys, and keeps numbers as written."""

    def gather(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            repeated.append("")
        return found

    number: Callable[[str], Number] = Number
    return json.JSONDecoder(object_pairs_hook=gather, parse_int=number, parse_float=number, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON value")


def _decode(source: bytes, where: str) -> str:
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise InputError(f"not UTF-8: byte {error.start} cannot be read", at(where, line, 1)) from error


def _refuse_surrogates(value: Any, where: str) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError("a string holds half of a surrogate pair, which is no character", where) from error


def _hint(text: str) -> str:
    if not text.strip():
        return "the text is empty"
    if text.lstrip()[0] != "{":
        return "a policy starts with {"
    return "look for a missing comma, quote or bracket just before this place"


def _duplicates(places: Places, where: str) -> list[Problem]:
    found = []
    for pointer, offset in places.repeated:
        line, column = places.of_offset(offset)
        key = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        place = f"{at(where, line, column)} {pointer}"
        found.append(Problem(f'"{key}" occurs twice in one object', place, "merge the two or drop one"))
    return found


def _enter_key(frame: _Frame, token: str) -> str:
    frame.step = escape(json.loads(token))
    frame.awaits_key = False
    return f"{frame.pointer}/{frame.step}"


def _advance(frame: _Frame, token: str) -> None:
    if token == "," and frame.is_object:
        frame.awaits_key = True
    elif token == ",":
        frame.step = str(int(frame.step) + 1)
