"""Other spellings of a key that is not there: Guard tries them, in this order.

The one idea: ``bucketName`` in a policy finds ``BucketName`` in a document, and the rest of the query is spelled
the same way. Source: cloudformation-guard, guard/src/rules/eval_context.rs, CONVERTERS; docs.rs, cruet, "case".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _trimmed(name: str) -> str:
    while name and not name[-1].isalnum():
        name = name[:-1]
    return name


def _camel_like(name: str, *, capital: bool, joint: str = "", lower: bool = False) -> str:
    """Words of a name with capital letters; ``lower``: only the first one has."""
    made, new_word, first, last, begun = "", capital, True, " ", False
    for char in _trimmed(name):
        if not char.isalnum():
            new_word = new_word or begun
        elif char.isnumeric():
            begun, new_word = True, True
            made += char
        elif new_word or (last.islower() and char.isupper()):
            begun, new_word = True, False
            made += ("" if first else joint) + (char.lower() if lower and not first else char.upper())
            first = False
        else:
            begun, last = True, char
            made += char.lower()
    return made


def _snake_like(name: str, joint: str) -> str:
    made, at_start = "", True
    for place, char in enumerate(_trimmed(name)):
        if not char.isalnum():
            made += "" if at_start else joint
            at_start = True
            continue
        following, before = name[place + 1 : place + 2], name[place - 1 : place]
        if not at_start and char.isupper() and (following.islower() or before.islower()):
            made += joint
        made += char.lower()
        at_start = False
    return made


SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "camel": lambda name: _camel_like(name, capital=False),
    "pascal": lambda name: _camel_like(name, capital=True),
    "kebab": lambda name: _snake_like(name, "-"),
    "snake": lambda name: _snake_like(name, "_"),
    "title": lambda name: _camel_like(name, capital=True, joint=" ", lower=True),
    "train": lambda name: _camel_like(name, capital=True, joint="-"),
}


def other_spelling(name: str, value: Mapping[str, Any], spelling: str = "") -> tuple[str, str]:
    """A key of ``value`` that is another spelling of ``name``, and which; empty when there is none.

    ``spelling``: the one that was found earlier in the query: then no other is tried.
    """
    for each in (spelling,) if spelling else SPELLINGS:
        key = SPELLINGS[each](name)
        if key in value:
            return key, each
    return "", ""


def looks_alike(name: str, value: Mapping[str, Any]) -> str:
    """A key that differs in case, signs or plural only, which Guard may take for the same; empty when there is none."""
    return next((key for key in value if _plain(key) == _plain(name)), "")


def _plain(name: str) -> str:
    return "".join(char for char in str(name) if char.isalnum()).lower().removesuffix("s")
