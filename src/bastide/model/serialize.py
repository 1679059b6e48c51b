"""JSON of the model, each document with its schema and version; a reader refuses what it does not know, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from bastide.errors import InputError
from bastide.model.bulk import unsearched
from bastide.model.change import Change, Plan
from bastide.model.estate import Estate
from bastide.model.unknown import PLAIN, Unknown, Value, unknowns_in

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
    spelled = _spelled_estate(document) if isinstance(document, Estate) else _spelled_plan(document)
    body: Any = spelled
    if isinstance(spelled, Plan) and not spelled.observed:
        # As before there was this field: the digest of an older file still fits its text.
        body = {name: value for name, value in msgspec.to_builtins(spelled).items() if name != "observed"}
    return msgspec.json.encode({"schema": SCHEMAS[type(document)], "body": body})


def parse_json(data: bytes, kind: type[T], where: str = "") -> T:
    """The document of ``kind`` in ``data``.

    Raises:
        InputError: not JSON, another schema or version, or a body of the wrong shape.
    """
    name = SCHEMAS[kind]
    try:
        envelope = msgspec.json.decode(data, type=_Envelope)
        if envelope.schema != name:
            raise InputError(f"this file is {envelope.schema or 'of no known schema'}, not {name}", where)
        with unsearched():
            body = msgspec.json.decode(envelope.body, type=kind)
            if UNKNOWN_KEY.encode() in data:
                _revive(body)
        return body
    except RecursionError as error:
        raise InputError(f"this is not a {name} document: it is nested too deeply", where) from error
    except msgspec.DecodeError as error:
        raise InputError(f"this is not a {name} document: {error}", where) from error


class _Envelope(msgspec.Struct):
    """What stands around every document; the body waits until the schema is known to be ours."""

    schema: Any = ""
    body: msgspec.Raw = msgspec.Raw(b"null")


# Only properties and the values in differences are free-form JSON; everywhere else an Unknown is a typed field, which
# msgspec writes and reads by itself. So most of an estate never passes through Python code.


def _spelled_estate(estate: Estate) -> Estate:
    """The estate with every Unknown in properties spelled out; resources without any are the same objects."""
    return replace(
        estate,
        resources=tuple(
            one.with_properties(to_json_value(one.properties)) if unknowns_in(one.properties) else one
            for one in estate.resources
        ),
    )


def _spelled_plan(plan: Plan) -> Plan:
    """The plan with every Unknown in properties and differences spelled out."""
    return replace(plan, changes=tuple(_spelled_change(change) for change in plan.changes))


def _spelled_change(change: Change) -> Change:
    differences = tuple(
        replace(one, before=to_json_value(one.before), after=to_json_value(one.after)) for one in change.differences
    )
    before, after = to_json_value(change.before), to_json_value(change.after)
    return replace(change, before=before, after=after, differences=differences)


def _revive(document: Any) -> None:
    """Put Unknown where its spelling stands, in a document that was just decoded and that nobody else holds."""
    for resource in getattr(document, "resources", ()):
        _revive_in(resource.properties)
    for change in getattr(document, "changes", ()):
        _revive_in(change.before)
        _revive_in(change.after)
        for one in change.differences:
            object.__setattr__(one, "before", from_json_value(one.before))
            object.__setattr__(one, "after", from_json_value(one.after))


def _revive_in(value: Any) -> None:
    """Replace spelled Unknowns inside a mapping or list, in place; the value itself stays."""
    for key, item in list(value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()):
        if type(item) is dict and len(item) == 1 and UNKNOWN_KEY in item:
            value[key] = Unknown(str(item[UNKNOWN_KEY]))
        elif type(item) not in PLAIN:
            _revive_in(item)
