"""Queries and operands in a policy's text."""

from __future__ import annotations

import re
from collections.abc import Callable

from bastide.guard.syntax import (
    AllIndices,
    AllValues,
    Conjunctions,
    Filter,
    Index,
    Key,
    KeyFilter,
    Literal,
    Operand,
    Part,
    Query,
    This,
)
from bastide.guard.text import INTEGER, NAME, Reader

Clauses = Callable[[Reader], Conjunctions]
CALL = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\(")
SOME = re.compile(r"(?:some|SOME)(?=[\s#])")
THIS = re.compile(r"(?:this|THIS)(?![A-Za-z0-9_])")
CAPTURE = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)[ \t]*\|(?!OR\|)")
STAR = re.compile(r"\s*\*\s*\]")
NAMED = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*\]")
PLACE = re.compile(r"\s*(-?\d+)\s*\]")
KEYS = re.compile(r"\s*(?:keys|KEYS)\s*(==|!=|in\b|IN\b|(?:not|NOT)\s+(?:in|IN)\b|!(?:in|IN)\b)")


def operand(reader: Reader, clauses: Clauses) -> Operand:
    """The constant or query that stands here.

    Raises:
        InputError: there is neither, or a function, which Guard 2 has not.
    """
    found = literal(reader)
    if found is not None:
        return found
    reader.space()
    if called := CALL.match(reader.text, reader.at):
        raise reader.refuse(f"the function {called.group(1)}(…) is not translated")
    return query(reader, clauses)


def literal(reader: Reader) -> Literal | None:
    """The constant that stands here; None when there is none."""
    found = reader.constant()
    return Literal(found[0]) if found is not None else None


def query(reader: Reader, clauses: Clauses) -> Query:
    """The query that stands here; ``clauses`` reads those of a filter."""
    reader.space()
    some = reader.match(SOME) is not None
    reader.space()
    parts: list[Part] = [_first(reader)]
    while True:
        here = reader.at
        reader.space()
        if reader.take("."):
            reader.space()
            parts.append(_member(reader))
        elif reader.take("["):
            parts.append(_bracket(reader, clauses))
        else:
            reader.at = here
            break
    first = parts[0]
    if isinstance(first, Key) and first.variable and len(parts) > 1 and not isinstance(parts[1], AllIndices):
        parts.insert(1, AllIndices())
    return Query(tuple(parts), some)


def _first(reader: Reader) -> Part:
    if reader.match(THIS):
        return This()
    return _named(reader) or _refuse(reader)


def _named(reader: Reader) -> Part | None:
    if reader.take("%"):
        found = reader.match(NAME)
        if not found:
            raise reader.refuse(f"here should be the name of a variable, not {reader.shown()}")
        return Key(found.group(), variable=True)
    text = reader.string()
    if text is not None:
        return Key(text)
    found = reader.match(NAME)
    return Key(found.group()) if found else None


def _member(reader: Reader) -> Part:
    if found := reader.match(INTEGER):
        return Index(int(found.group()))
    if reader.take("*"):
        return AllValues()
    return _named(reader) or _refuse(reader)


def _refuse(reader: Reader) -> Part:
    raise reader.refuse(f"here should be a name, not {reader.shown()}")


def _bracket(reader: Reader, clauses: Clauses) -> Part:
    """What stands in brackets, after the first."""
    if reader.match(STAR):
        return AllIndices()
    if found := reader.match(NAMED):
        return AllIndices(found.group(1))
    if found := reader.match(PLACE):
        return Index(int(found.group(1)))
    here = reader.at
    reader.space()
    text = reader.string()
    reader.space()
    if text is not None and reader.take("]"):
        return Key(text)
    reader.at = here
    capture = reader.match(CAPTURE)
    name = capture.group(1) if capture else ""
    made: Part
    if keys := reader.match(KEYS):
        word = keys.group(1).lower()
        against = operand(reader, clauses)
        made = KeyFilter("in" if word.endswith("in") else "==", word.startswith(("!", "not")), against)
    else:
        made = Filter(clauses(reader), name)
    reader.expect("]")
    return made
