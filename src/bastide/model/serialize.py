"""JSON of the model, each document with its schema and version; a reader refuses what it does not know, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from bastide.errors import InputError
from bastide.model.change import Plan
from bastide.model.estate import Estate
from bastide.model.unknown import Unknown, Value

UNKNOWN_KEY = "Bastide::Unknown"
SCHEMAS: dict[type, str] = {Estate: "bastide.estate/1", Plan: "bastide.plan/1"}

T = TypeVar("T")


def to_json_value(value: Value) -> Value:
    """``value`` with every Unknown written as ``{"Bastide::Unknown": reason}``; everything else as it is."""
    if isinstance(value, Unknown):
        return {UNKNOWN_KEY: value.reason}
    if isinstance(value, Mapping):
        return {key: to_json_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(item) for item in value]
    return value


def from_json_value(value: Value) -> Value:
    """The inverse of ``to_json_value``."""
    if isinstance(value, dict):
        if len(value) == 1 and UNKNOWN_KEY in value:
            return Unknown(str(value[UNKNOWN_KEY]))
        return {key: from_json_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_json_value(item) for item in value]
    return value


def render_json(document: Estate | Plan) -> bytes:
    """The document as JSON: ``{"schema": …, "body": …}``, UTF-8, keys in field order."""
    body = msgspec.to_builtins(_plain(document))
    return msgspec.json.encode({"schema": SCHEMAS[type(document)], "body": body})


def parse_json(data: bytes, kind: type[T], where: str = "") -> T:
    """The document of ``kind`` in ``data``.

    Raises:
        InputError: not JSON, another schema or version, or a body of the wrong shape.
    """
    try:
        document = msgspec.json.decode(data)
        found = document.get("schema") if isinstance(document, dict) else None
        if found != SCHEMAS[kind]:
            raise InputError(f"this file is {found or 'of no known schema'}, not {SCHEMAS[kind]}", where)
        body = from_json_value(document["body"]) if UNKNOWN_KEY.encode() in data else document["body"]
        return msgspec.convert(body, kind)
    except RecursionError as error:
        raise InputError(f"this is not a {SCHEMAS[kind]} document: it is nested too deeply", where) from error
    except KeyError as error:
        raise InputError(f"this is not a {SCHEMAS[kind]} document: it has no {error}", where) from error
    except (msgspec.DecodeError, msgspec.ValidationError, TypeError) as error:
        raise InputError(f"this is not a {SCHEMAS[kind]} document: {error}", where) from error


def _plain(document: Any) -> Any:
    """A copy in builtins, with Unknown spelled out; only dataclasses that can hold properties are walked by hand."""
    return msgspec.to_builtins(document) if not _has_unknown(document) else to_json_value(_fields(document))


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Mapping):
        return any(_has_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_has_unknown(item) for item in value)
    fields = getattr(value, "__dataclass_fields__", None)
    return any(_has_unknown(getattr(value, name)) for name in fields) if fields else False


def _fields(value: Any) -> Any:
    """Dataclasses as mappings, at every depth, but Unknown as it is."""
    if isinstance(value, Unknown):
        return value
    fields = getattr(value, "__dataclass_fields__", None)
    if fields:
        return {name: _fields(getattr(value, name)) for name in fields}
    if isinstance(value, Mapping):
        return {key: _fields(item) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [_fields(item) for item in value]
    if isinstance(value, list | tuple):
        return [_fields(item) for item in value]
    return value
