"""Regular expressions of Guard as Python's, or refused where they would mean something else.

The one idea: the two languages agree on all but a handful of spellings; those are translated or refused, never guessed.
Source: docs.rs, regex and fancy-regex, "Syntax"; Python Library Reference, re.
"""

from __future__ import annotations

import re

from bastide.guard.value import Pattern

SAME = set("AbBdDsSwWnrtfvxu.^$*+?()[]{}|\\/-'\"@#%&~,:;=!<>_ ") | set("123456789")
REFUSED_IN_CLASS = ("&&", "--", "~~")


def parse_pattern(text: str) -> Pattern:
    """The pattern that a text says.

    Raises:
        ValueError: it is no pattern, or one that Python would understand in another way.
    """
    made: list[str] = []
    at, inside = 0, False
    while at < len(text):
        char = text[at]
        if char == "\\":
            made.append(_escape(text, at))
            at += 2
            continue
        if inside and (char == "[" or text[at : at + 2] in REFUSED_IN_CLASS):
            raise ValueError("a class of characters inside another one is not translated")
        if not inside and text.startswith("(?", at) and "m" in text[at : at + 8].partition(":")[0].partition(")")[0]:
            raise ValueError("patterns of several lines are not translated")
        if char == "[" and not inside:
            inside = True
            following = at + 2 if text[at + 1 : at + 2] == "^" else at + 1
            if text[following : following + 1] == "]":  # a bracket that comes first stands for itself
                made.append(text[at:following] + "\\]")
                at = following + 1
                continue
        elif char == "]" and inside:
            inside = False
        made.append("\\Z" if char == "$" and not inside else char)  # Python's $ also matches before a last line break
        at += 1
    try:
        return Pattern(text, re.compile("".join(made)))
    except (re.error, OverflowError, RecursionError) as wrong:
        raise ValueError(f"not a regular expression: {wrong}") from wrong


def _escape(text: str, at: int) -> str:
    following = text[at + 1 : at + 2]
    if following == "z":
        return "\\Z"
    if following not in SAME or not following:
        raise ValueError(f"\\{following} is not translated")
    return f"\\{following}"
