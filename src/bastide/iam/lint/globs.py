"""Patterns against patterns: does one lie within another, do two share a string?

The one idea: a pattern is a list of tokens, and both questions are a walk over pairs of positions, never a regular
expression that could backtrack for ever. Beyond ``LIMIT`` pairs the answer is the one that accuses nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from bastide.iam.wildcards import pattern

LIMIT = 400_000  # pairs of positions; ARNs are below 2,048 characters
LONGEST = 20_000  # characters of a pattern that is compared
SHORT = 200  # characters of a text that regular expressions are asked about
FEW = 3  # stars that a regular expression may hold without backtracking badly
STARS = re.compile(r"\*{2,}")

Token = tuple[str, str]  # ("c", character) · ("?", "") · ("*", characters that it does not cross)


@lru_cache(maxsize=65_536)
def tokens(text: str) -> tuple[Token, ...]:
    """The tokens of a policy pattern: ``*`` crosses everything. What is too long to compare is open."""
    if len(text) > LONGEST:
        return (("*", ""),)
    shorter = STARS.sub("*", text)
    return tuple((one, "") if one in "*?" else ("c", one) for one in shorter)


@lru_cache(maxsize=65_536)
def within(inner: str, outer: str) -> bool:
    """Whether every string of ``inner`` is one of ``outer``; False when too long to tell.

    >>> within("s3:Get*", "s3:*"), within("s3:*", "s3:Get*")
    (True, False)
    """
    if outer in ("*", inner):
        return True
    stem = outer.rstrip("*")
    if len(stem) < len(outer) and "*" not in stem and "?" not in stem:  # the commonest pattern
        return inner.startswith(stem)
    if not outer.startswith(("*", "?")) and inner[:1] != outer[:1]:
        return False
    if max(len(inner), len(outer)) > LONGEST:
        return False
    first, second = tokens(inner), tokens(outer)
    if len(first) * len(second) > LIMIT:
        return False
    reach = _stars_after({0}, second)
    for kind, char in first:
        reach = _stars_after(_covered(reach, second, kind, char), second)
        if not reach:
            return False
    return len(second) in reach


def _covered(reach: set[int], outer: tuple[Token, ...], kind: str, char: str) -> set[int]:
    """Positions of ``outer`` after it took one token of the inner pattern."""
    found = set()
    for position in reach:
        if position == len(outer):
            continue
        own, own_char = outer[position]
        if own == "*":
            found.add(position)
        elif kind != "*" and (own == "?" or (kind == own and char == own_char)):
            found.add(position + 1)
    return found


def _stars_after(reach: set[int], outer: tuple[Token, ...]) -> set[int]:
    """The positions and those behind stars that take nothing."""
    found = set(reach)
    for position in sorted(reach):
        step = position
        while step < len(outer) and outer[step][0] == "*":
            step += 1
            found.add(step)
    return found


def overlap(one: tuple[Token, ...], two: tuple[Token, ...]) -> bool:
    """Whether some string matches both; True when too long to tell.

    >>> overlap(tokens("a*"), tokens("*b")), overlap(tokens("a*"), tokens("b*"))
    (True, False)
    """
    if len(one) * len(two) > LIMIT:
        return True
    start = 0
    for first, second in zip(one, two, strict=False):  # most ARNs differ before the first wildcard
        if first[0] != "c" or second[0] != "c":
            break
        if first[1] != second[1]:
            return False
        start += 1
    todo, seen = [(start, start)], {(start, start)}
    while todo:
        i, j = todo.pop()
        if i == len(one) and j == len(two):
            return True
        for step in _steps(one, two, i, j):
            if step not in seen:
                seen.add(step)
                todo.append(step)
    return False


def matcher(some: Iterable[tuple[Token, ...]]) -> Callable[[str], bool]:
    """Whether a short text matches one of the patterns, by regular expressions made once: fast, and sure of a yes.

    False also for what is longer than ``SHORT``: it could make an expression backtrack for long.
    """
    found = [re.compile("".join(map(_expression, one)), re.DOTALL).fullmatch for one in some]
    return lambda text: len(text) <= SHORT and any(match(text) for match in found)


def _expression(token: Token) -> str:
    kind, char = token
    if kind == "c":
        return re.escape(char)
    return "." if kind == "?" else f"[^{re.escape(char)}]*" if char else ".*"


def instance(text: str) -> str:
    """A text that the policy pattern matches: each wildcard stands for one letter."""
    return text.replace("*", "x").replace("?", "x")


def _steps(one: tuple[Token, ...], two: tuple[Token, ...], i: int, j: int) -> list[tuple[int, int]]:
    """Pairs of positions after one more character, or after a star that ends."""
    first = one[i] if i < len(one) else None
    second = two[j] if j < len(two) else None
    found = []
    if first and first[0] == "*":
        found.append((i + 1, j))
    if second and second[0] == "*":
        found.append((i, j + 1))
    if first and second and _share(first, second):
        found.append((i if first[0] == "*" else i + 1, j if second[0] == "*" else j + 1))
    return found


def _share(first: Token, second: Token) -> bool:
    """Whether one character can be read by both tokens."""
    if first[0] == "c" and second[0] == "c":
        return first[1] == second[1]
    if first[0] == "c":
        return second[0] == "?" or first[1] not in second[1]
    return second[0] != "c" or first[0] == "?" or second[1] not in first[1]


def matches(text: str, value: str) -> bool:
    """Whether a pattern matches a string, in time bounded by their lengths, whatever the number of stars."""
    if text.count("*") <= FEW:
        return pattern(text).fullmatch(value) is not None
    return overlap(tokens(text), tuple(("c", char) for char in value))
