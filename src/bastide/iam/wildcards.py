"""Patterns of the policy language: ``*`` any characters, ``?`` exactly one, everything else literal.

The one idea: a pattern is the pieces between its stars, and each piece is looked for once, from left to right. That
takes time in proportion to pattern and value, where a regular expression with a hundred stars would never end.

Source: IAM User Guide, "IAM JSON policy elements: Resource", "Condition operators" (ARN conditions part by part).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum
from functools import lru_cache

ARN_PARTS = 6
REMEMBERED = 2_048  # characters; longer patterns are matched without being kept
Matcher = Callable[[str], bool]


class Wild(Enum):
    """A wildcard in a pattern that has been taken apart."""

    ANY = "*"
    ONE = "?"

    __hash__ = object.__hash__  # Enum's own hashes the name, in Python: patterns are looked up at every decision


Item = str | Wild
WILDCARDS = {"*": Wild.ANY, "?": Wild.ONE}
SPLIT = re.compile(r"([*?])")


def like(text: str, value: str) -> bool:
    """Whether ``value`` matches a pattern, case-sensitive; ``*`` crosses every character.

    >>> like("arn:aws:s3:::logs/*", "arn:aws:s3:::logs/a/b")
    True
    """
    return text in ("*", value) or matcher(text)(value)


def action_like(text: str, action: str) -> bool:
    """Whether an action matches a pattern; upper and lower case make no difference.

    >>> action_like("s3:Get*", "S3:getobject")
    True
    """
    return like(text.lower(), action.lower())


def arn_like(text: str, value: str) -> bool:
    """Whether an ARN matches part by part, as ``ArnLike`` does: ``*`` crosses no colon but in the last part.

    >>> arn_like("arn:aws:iam::*:role/a", "arn:aws:iam::1:2:role/a")
    False
    """
    patterns, parts = text.split(":", ARN_PARTS - 1), value.split(":", ARN_PARTS - 1)
    if len(patterns) != ARN_PARTS or len(parts) != ARN_PARTS:
        return text in ("*", value)
    return all(like(one, part) for one, part in zip(patterns, parts, strict=True))


@lru_cache(maxsize=4_096)
def pattern(text: str) -> re.Pattern[str]:
    """The pattern as a regular expression, for comparing patterns with each other; match values by ``matcher``."""
    regex = {Wild.ANY: ".*", Wild.ONE: "."}
    parts = (regex[item] if isinstance(item, Wild) else re.escape(item) for item in items(text))
    return re.compile("".join(parts), re.DOTALL)


def matcher(text: str) -> Matcher:
    """The pattern as a function of the value; the same function for the same text."""
    return _remembered(text) if len(text) <= REMEMBERED else matcher_of(items(text))


def items(text: str) -> tuple[Item, ...]:
    """The pattern taken apart: literal runs and wildcards, in their order."""
    return tuple(WILDCARDS.get(part, part) for part in SPLIT.split(text) if part)


def match_items(pattern: Sequence[Item], value: str) -> bool:
    """Whether ``value`` matches a pattern that has been taken apart."""
    return _remembered_items(tuple(pattern))(value)


@lru_cache(maxsize=4_096)
def _remembered_items(pattern: tuple[Item, ...]) -> Matcher:
    return matcher_of(pattern)


@lru_cache(maxsize=65_536)
def _remembered(text: str) -> Matcher:
    return matcher_of(items(text))


def matcher_of(pattern: Sequence[Item]) -> Matcher:
    """A pattern that has been taken apart, as a function of the value."""
    if not any(isinstance(item, Wild) for item in pattern):
        return "".join(str(item) for item in pattern).__eq__
    pieces = _pieces(pattern)
    if Wild.ONE not in pattern:
        return _literal_pieces(["".join(str(item) for item in piece) for piece in pieces])
    if len(pieces) == 1:
        exact = _regex(pieces[0])
        return lambda value: exact.fullmatch(value) is not None
    return _wild_pieces(pieces)


def _pieces(pattern: Sequence[Item]) -> list[list[Item]]:
    """What stands between the stars: one piece more than there are stars."""
    pieces: list[list[Item]] = [[]]
    for item in pattern:
        if item is Wild.ANY:
            pieces.append([])
        else:
            pieces[-1].append(item)
    return pieces


def _literal_pieces(pieces: list[str]) -> Matcher:
    head, *between, tail = pieces
    middle = [piece for piece in between if piece]
    shortest = sum(map(len, pieces))
    if middle:
        return _search(head, middle, tail, shortest)
    if not tail:
        return (lambda value: value.startswith(head)) if head else (lambda value: True)
    if not head:
        return lambda value: value.endswith(tail)
    return lambda value: len(value) >= shortest and value.startswith(head) and value.endswith(tail)


def _search(head: str, middle: list[str], tail: str, shortest: int) -> Matcher:
    def match(value: str) -> bool:
        if len(value) < shortest or not value.startswith(head) or not value.endswith(tail):
            return False
        position, end = len(head), len(value) - len(tail)
        for piece in middle:
            position = value.find(piece, position, end)
            if position < 0:
                return False
            position += len(piece)
        return True

    return match


def match_pieces(pieces: Sequence[str], value: str) -> bool:
    """Whether a value is made of literal ``pieces`` in their order, with anything between them."""
    head, tail = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return value == head
    position, end = len(head), len(value) - len(tail)
    if position > end or not value.startswith(head) or not value.endswith(tail):
        return False
    for piece in pieces[1:-1]:
        position = value.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return True


def _wild_pieces(pieces: list[list[Item]]) -> Matcher:
    """Like ``_search`` where pieces hold ``?``: each piece is a regular expression of one fixed length."""
    lengths = [sum(1 if item is Wild.ONE else len(str(item)) for item in piece) for piece in pieces]
    head, tail = _regex(pieces[0]), _regex(pieces[-1])
    middle = [(_regex(piece), length) for piece, length in zip(pieces[1:-1], lengths[1:-1], strict=True) if length]
    shortest = sum(lengths)

    def match(value: str) -> bool:
        if len(value) < shortest or not head.match(value) or not tail.match(value, len(value) - lengths[-1]):
            return False
        position, end = lengths[0], len(value) - lengths[-1]
        for piece, length in middle:
            found = piece.search(value, position, end)
            if found is None:
                return False
            position = found.start() + length
        return True

    return match


def _regex(piece: Sequence[Item]) -> re.Pattern[str]:
    return re.compile("".join("." if item is Wild.ONE else re.escape(str(item)) for item in piece), re.DOTALL)
