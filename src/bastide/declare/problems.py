"""What pydantic says of a wrong file, in words and with places: every problem at once, with the nearest right word."""

from __future__ import annotations

import difflib
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from bastide.declare.architecture import Architecture, Unit, hyphenated
from bastide.declare.shapes import SAID
from bastide.declare.source import Document, KeyPath
from bastide.errors import Problem

KEY = "[key]"  # what pydantic puts behind the key that is wrong
EXPECTED = {
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "string_type": "text (quote it)",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
}


def nearest(word: str, vocabulary: list[str]) -> str:
    """``did you mean X?``, or the vocabulary when nothing is near (at most a dozen words)."""
    found = difflib.get_close_matches(word, vocabulary, n=1, cutoff=0.6)
    if found:
        return f"did you mean {found[0]}?"
    return f"known here: {', '.join(vocabulary[:12])}" if vocabulary else ""


def problems_of(error: ValidationError, document: Document) -> list[Problem]:
    """One Problem for each of pydantic's errors, sorted by place."""
    found = [_problem(item, document) for item in error.errors(include_url=False)]
    unique = dict.fromkeys(problem for _, problem in sorted(found, key=lambda pair: pair[0]))
    return list(unique)


def file_path(location: tuple[int | str, ...], document: Document) -> KeyPath:
    """pydantic's location as a path of the file: child units are plain keys there, accounts may be a list."""
    path: list[str | int] = []
    value: Any = document.value
    for part in location:
        if part == KEY or (part == "units" and isinstance(value, dict) and "units" not in value):
            continue
        key = _written(part, value)
        known = (isinstance(value, dict) and key in value) or (isinstance(value, list) and isinstance(key, int))
        if not known and path and not isinstance(value, dict | list):
            break  # pydantic names the members of a union behind the last key of the file
        path.append(key)
        value = value[key] if known else None
    return tuple(path)


def _written(part: str | int, value: Any) -> str | int:
    """One part of pydantic's location as the file has it: a place in a list of names, or a hyphenated key."""
    if isinstance(value, list) and part in value:
        return value.index(part)
    if isinstance(value, dict) and part not in value and isinstance(part, str) and hyphenated(part) in value:
        return hyphenated(part)
    return part


def _problem(item: Any, document: Document) -> tuple[tuple[int, int], Problem]:
    path = file_path(item["loc"], document)
    if item["type"] == SAID:
        path = (*path, *item["ctx"]["at"])
    what, fix = _words(item, path)
    return document.place(path), Problem(what, document.where(path), fix)


def _words(item: Any, path: KeyPath) -> tuple[str, str]:
    """What is wrong, and how to fix it."""
    key = str(path[-1]) if path else ""
    fields = _fields_at(item["loc"][:-1])
    if item["type"] == SAID:
        return item["ctx"]["what"], item["ctx"]["fix"]
    if item["type"] == "extra_forbidden":
        return f"unknown key {key!r}", nearest(key, fields)
    if item["type"] == "missing":
        return f"the key {key!r} is missing", _described(item["loc"])
    if item["type"] in ("model_type", "dict_type") and _is_unit(item["loc"]):
        return f"{key!r} is neither a known key nor a unit (a mapping)", nearest(
            key, ["accounts", "guardrails", "network"]
        )
    if item["type"] == "literal_error":
        expected = str(item["ctx"]["expected"]).replace("'", "")
        words = expected.replace(" or ", ", ").split(", ")
        return f"{item['input']!r} is not known here", f"{nearest(str(item['input']), words)}; one of {expected}"
    if item["type"] in EXPECTED:
        return f"{EXPECTED[item['type']]} is expected here, not {item['input']!r:.60}", _described(item["loc"])
    return f"{item['msg'][0].lower()}{item['msg'][1:]} (it is {item['input']!r:.60})", _described(item["loc"])


def _is_unit(location: tuple[int | str, ...]) -> bool:
    return _model_at(location) is Unit


def _described(location: tuple[int | str, ...]) -> str:
    """The description of the field at a location, or of the nearest field above it that has one."""
    for end in range(len(location), 0, -1):
        model = _model_at(location[: end - 1])
        info = _field(model, str(location[end - 1])) if model else None
        if info and info.description:
            return info.description
    return ""


def _fields_at(location: tuple[int | str, ...]) -> list[str]:
    model = _model_at(location)
    return [hyphenated(name) for name in model.model_fields] if model else []


def _field(model: type[BaseModel], key: str) -> FieldInfo | None:
    return next((info for name, info in model.model_fields.items() if key in (name, hyphenated(name))), None)


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The model that describes what stands at a location; None for a value that no model describes."""
    model: type[BaseModel] | None = Architecture
    inside: Any = None  # the annotation of a mapping or list whose member comes next
    for part in location:
        if inside is not None:
            model, inside = _member(inside), None
            continue
        info = _field(model, str(part)) if model else None
        if info is None:
            return None
        direct = _direct(info.annotation)
        model, inside = (direct, None) if direct else (None, info.annotation)
    return model


def _direct(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    options = [item for item in get_args(annotation) if isinstance(item, type) and issubclass(item, BaseModel)]
    origin_is_mapping = getattr(annotation, "__origin__", None) in (dict, tuple, list)
    return None if origin_is_mapping or not options else options[0]


def _member(annotation: Any) -> type[BaseModel] | None:
    options = get_args(annotation)
    return next((item for item in options if isinstance(item, type) and issubclass(item, BaseModel)), None)
