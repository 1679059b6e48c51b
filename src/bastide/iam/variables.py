"""Policy variables: ``${aws:PrincipalAccount}``, ``${key, 'default'}``, and ``${*}`` ``${?}`` ``${$}`` for themselves.

The one idea: a text with variables is a *template*, taken apart once into literal runs, wildcards and variables. A
variable's value is literal text: its own ``*`` is no wildcard. Only keys with one value can be variables; a key with
several leaves the template without a value, whatever its default.

Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bastide.errors import InputError
from bastide.iam.wildcards import Item, Wild, items, match_items, match_pieces

Keys = Mapping[str, tuple[str, ...]]
VARIABLE = re.compile(r"\$\{\s*(?:(?P<literal>[*?$])|(?P<key>[^,{}'$]+?)\s*(?:,\s*'(?P<default>[^']*)'\s*)?)\s*\}")


@dataclass(frozen=True, slots=True)
class Variable:
    """A condition key (lower case) to be filled in, and what stands in its place when the request lacks it."""

    key: str
    default: str | None = None


Template = tuple[Item | Variable, ...]


def template(text: str) -> Template:
    """``text`` taken apart.

    Raises:
        InputError: ``${`` begins something that is no variable: unclosed, nested or empty.
    """
    found: list[Item | Variable] = []
    position = 0
    while (start := text.find("${", position)) >= 0:
        found += items(text[position:start])
        match = VARIABLE.match(text, start)
        if match is None:
            raise InputError(f"not a policy variable: {text[start : start + 40]!r}", fix="write ${key}; ${$} for a $")
        found.append(match["literal"] or Variable(match["key"].strip().lower(), match["default"]))
        position = match.end()
    return (*found, *items(text[position:]))


def resource_template(text: str) -> Template:
    """A resource pattern taken apart: variables count only behind the fifth colon, before it they are literal text.

    Raises:
        InputError: as ``template``.
    """
    head, tail = split_arn(text)
    return (*items(head), *template(tail))


def split_arn(text: str) -> tuple[str, str]:
    """The first five parts with their colons, and the rest; colons inside ``${…}`` do not count."""
    colons = depth = 0
    for index, letter in enumerate(text):
        if letter == "{" and index and text[index - 1] == "$":
            depth += 1
        elif letter == "}" and depth:
            depth -= 1
        elif letter == ":" and not depth:
            colons += 1
            if colons == 5:
                return text[: index + 1], text[index + 1 :]
    return text, ""


def fill(parts: Template, keys: Keys) -> tuple[Item, ...] | None:
    """The template with its variables filled in; None when one has no value."""
    found: list[Item] = []
    for part in parts:
        if not isinstance(part, Variable):
            found.append(part)
            continue
        values = keys.get(part.key, ())
        value = values[0] if len(values) == 1 else None if values else part.default
        if value is None:
            return None
        found.append(value)
    return tuple(found)


def matcher_with(parts: Template) -> Callable[[str, Keys], bool]:
    """``fill`` and ``match_items`` in one, as a function of value and keys: what is literal is joined beforehand."""
    if Wild.ONE in parts:
        return lambda value, keys: (filled := fill(parts, keys)) is not None and match_items(filled, value)
    pieces = _pieces(parts)
    start = pieces[0][0] if pieces[0] and isinstance(pieces[0][0], str) else ""

    def match(value: str, keys: Keys) -> bool:
        if not value.startswith(start):
            return False
        found = []
        for piece in pieces:
            text = ""
            for part in piece:
                if type(part) is str:
                    text += part
                    continue
                values = keys.get(part.key, ())  # type: ignore[union-attr]
                one = values[0] if len(values) == 1 else None if values else part.default  # type: ignore[union-attr]
                if one is None:
                    return False
                text += one
            found.append(text)
        return match_pieces(found, value)

    return match


def _pieces(parts: Template) -> tuple[tuple[str | Variable, ...], ...]:
    """What stands between the stars, runs of text joined."""
    pieces: list[list[str | Variable]] = [[]]
    for part in parts:
        if isinstance(part, Wild):
            pieces.append([])
        elif isinstance(part, str) and pieces[-1] and isinstance(pieces[-1][-1], str):
            pieces[-1][-1] += part
        else:
            pieces[-1].append(part)
    return tuple(map(tuple, pieces))


def keys_in(texts: Iterable[str]) -> frozenset[str]:
    """Keys, in lower case, that stand as variables in some texts."""
    found = (match["key"] for text in texts if "${" in text for match in VARIABLE.finditer(text))
    return frozenset(key.strip().lower() for key in found if key)


def has_variables(parts: Template) -> bool:
    """Whether anything is left to fill in."""
    return any(isinstance(part, Variable) for part in parts)


def plain(parts: tuple[Item, ...]) -> str:
    """The parts as text in which wildcards are ordinary characters, as ``StringEquals`` reads them."""
    if len(parts) == 1 and isinstance(parts[0], str):
        return parts[0]
    return "".join(part if isinstance(part, str) else part.value for part in parts)
