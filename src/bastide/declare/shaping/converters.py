"""The few conversions that a table's row may name; each takes a value (never None) and gives the registry's.

An Unknown goes through as it is, save where the converter knows the place inside that it belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from bastide.declare.shaping.depth import too_deep
from bastide.model import Unknown, Value

Converter = Callable[..., Value]
CONVERTERS: dict[str, Converter] = {}


def converter(function: Converter) -> Converter:
    """Make a function known to the tables by its name."""
    CONVERTERS[function.__name__] = function
    return function


def joined(there: Value, value: Value) -> Value:
    """What two parts of one property come to: mappings merged, lists one behind the other, else the later one."""
    if there is None:
        return value
    if isinstance(there, Mapping) and isinstance(value, Mapping):
        return {**there, **{key: joined(there.get(key), item) for key, item in value.items()}}
    if isinstance(there, list) and isinstance(value, list):
        return [*there, *(item for item in value if item not in there)]
    return there if isinstance(there, Unknown) else value


def truth(value: Value) -> bool:
    """Whether a notation's value means true."""
    return value is True or (isinstance(value, str) and value.lower() in ("true", "enabled", "1", "on"))


@converter
def same(value: Value) -> Value:
    """The value as it stands."""
    return value


@converter
def pascal(value: Value) -> Value:
    """``public-read`` as ``PublicRead``."""
    if not isinstance(value, str):
        return value
    return "".join(part[:1].upper() + part[1:] for part in value.replace("_", "-").split("-"))


@converter
def upper(value: Value) -> Value:
    """Text in capitals."""
    return value.upper() if isinstance(value, str) else value


@converter
def when(value: Value, true: str, false: str = "") -> Value:
    """One of two words for a boolean; nothing for an empty second one."""
    if isinstance(value, Unknown):
        return value
    return (true if truth(value) else false) or None


@converter
def reverse(value: Value) -> Value:
    """The opposite of a boolean."""
    return value if isinstance(value, Unknown) else not truth(value)


@converter
def listed(value: Value) -> Value:
    """A list of the one value."""
    return value if isinstance(value, list) else [value]


@converter
def attribute(value: Value, key: str) -> Value:
    """A member of a list of Key and Value, as load balancers have their attributes."""
    if isinstance(value, bool):
        value = str(value).lower()
    return [{"Key": key, "Value": value if isinstance(value, str | Unknown) else str(value)}]


@converter
def pairs(value: Value, key: str = "Name", item: str = "Value") -> Value:
    """A mapping as a list of two-member objects."""
    if not isinstance(value, Mapping):
        return value
    return [{key: name, item: one} for name, one in value.items() if one is not None]


@converter
def mapping(value: Value, key: str = "name", item: str = "value") -> Value:
    """A list of two-member blocks as a mapping."""
    if not isinstance(value, list):
        return value
    return {str(one[key]): one.get(item) for one in value if isinstance(one, Mapping) and one.get(key) is not None}


@converter
def document(value: Value) -> Value:
    """A JSON text decoded; Unknown for a text that is none, or nested too deeply."""
    if not isinstance(value, str):
        return value
    try:
        found = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return Unknown("not JSON")
    return Unknown("a document is nested too deeply") if too_deep(found) else found


@converter
def named(value: Value, key: str) -> Value:
    """A list of ``{key: value}`` for each item."""
    if isinstance(value, Unknown):
        return value
    return [{key: item} for item in (value if isinstance(value, list) else [value])]


@converter
def present(value: Value, word: str = "true") -> Value:
    """A word (true for ``true``) because the block is there at all."""
    if isinstance(value, Unknown):
        return value
    if value in ([], {}):
        return None
    return True if word == "true" else word


def many(value: Value) -> list[Any]:
    """A list's items; one item for a single value, none for None."""
    return value if isinstance(value, list) else [] if value is None else [value]


@converter
def unless(value: Value, word: str) -> Value:
    """The value, or nothing where it is a certain word or number."""
    return None if not isinstance(value, Unknown) and str(value) == word else value


@converter
def days(value: Value) -> Value:
    """A number, of which 0 means that it does not apply."""
    return None if value == 0 else value


@converter
def text(value: Value) -> Value:
    """A number as text."""
    return value if isinstance(value, Unknown | str) else str(value)


@converter
def absent(value: Value) -> Value:
    """Nothing: the property around it says enough."""
    return None


@converter
def key(value: Value, kind: str) -> Value:
    """An attribute's name as a member of a key schema."""
    return [{"AttributeName": value, "KeyType": kind}]


@converter
def inline(value: Value) -> Value:
    """Blocks of name and policy as inline policies; a block without either says that there are none."""
    if isinstance(value, Unknown):
        return value
    blocks = [one for one in many(value) if not isinstance(one, Mapping) or one.get("policy") not in (None, "")]
    return [
        {"PolicyName": one.get("name"), "PolicyDocument": document(one.get("policy"))}
        if isinstance(one, Mapping)
        else one
        for one in blocks
    ]


@converter
def specification(value: Value, kind: str) -> Value:
    """A mapping of tags as a tag specification of a resource kind."""
    if isinstance(value, Unknown) or not value:
        return None
    return [{"ResourceType": kind, "Tags": pairs(value, "Key", "Value")}]


@converter
def log_group(value: Value) -> Value:
    """A log group's ARN as a destination of Step Functions."""
    return [{"CloudWatchLogsLogGroup": {"LogGroupArn": value}}]


@converter
def logs(value: Value) -> Value:
    """Log publishing options by log type."""
    if isinstance(value, Unknown):
        return value
    made: dict[str, Value] = {}
    for one in many(value):
        if not isinstance(one, Mapping) or not isinstance(one.get("log_type"), str):
            return Unknown("the log types are not known")
        enabled = True if one.get("enabled") is None else one["enabled"]
        made[one["log_type"]] = {"Enabled": enabled, "CloudWatchLogsLogGroupArn": one.get("cloudwatch_log_group_arn")}
    return made


@converter
def enabled_status(value: Value) -> Value:
    """A block whose status is ENABLED or DISABLED as a boolean."""
    found = many(value)
    status = found[0].get("status") if found and isinstance(found[0], Mapping) else value
    return status if isinstance(status, Unknown) else status == "ENABLED"
