"""Patterns with ``?`` matched as texts: what stands between stars is looked for from left to right, nothing compiled.

A pattern is written with ``HOLE`` for a star and ``BLANK`` for ``?`` (``Pattern.key``), which no policy holds.
"""

from __future__ import annotations

from collections.abc import Callable

HOLE = "\0"  # where a star stands, until it is filled
BLANK = "\1"  # stands for any one character where patterns are compared


def blanks_matcher(key: str) -> Callable[[str], bool]:
    """A pattern with ``?`` as a function of the value: what stands between stars is looked for from left to right."""
    head, *between = key.split(HOLE)
    shortest = len(key) - len(between)
    if not between:
        return lambda value: len(value) == shortest and _stands(head, value, 0)
    *middle, tail = between

    def match(value: str) -> bool:
        end = len(value) - len(tail)
        if len(value) < shortest or not _stands(head, value, 0) or not _stands(tail, value, end):
            return False
        position = len(head)
        for piece in middle:
            last = end - len(piece)
            while position <= last and not _stands(piece, value, position):
                position += 1
            if position > last:
                return False
            position += len(piece)
        return True

    return match


def _stands(piece: str, value: str, at: int) -> bool:
    """Whether a piece, of which ``BLANK`` is any character, stands at a place that is not too near the end."""
    if BLANK not in piece:
        return value.startswith(piece, at)
    return all(char == BLANK or char == value[at + index] for index, char in enumerate(piece))
