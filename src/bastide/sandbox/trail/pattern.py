"""EventBridge event patterns: does an event fit one?

One idea: a pattern is a tree of the event's shape whose leaves are lists of alternatives; an event's array fits when
one of its elements does.
Source: Amazon EventBridge User Guide, "Comparison operators for use in event patterns".
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

_ABSENT = object()


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Whether the event fits the pattern."""
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(matches(branch, event) for branch in wanted):
                return False
        elif not _field(wanted, event.get(name, _ABSENT) if isinstance(event, dict) else _ABSENT):
            return False
    return True


def _field(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Mapping):
        if isinstance(value, list):
            return any(isinstance(one, dict) and matches(wanted, one) for one in value)
        return matches(wanted, value if isinstance(value, dict) else {})
    return any(_alternative(one, value) for one in wanted)


def _alternative(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Mapping) and "exists" in wanted:
        return (value is not _ABSENT and not isinstance(value, dict)) is bool(wanted["exists"])
    if value is _ABSENT:
        return False
    values = value if isinstance(value, list) else [value]
    return any(_one(wanted, one) for one in values)


def _one(wanted: Any, value: Any) -> bool:
    if not isinstance(wanted, Mapping):
        return bool(wanted == value) and isinstance(wanted, bool) == isinstance(value, bool)
    operator, argument = next(iter(wanted.items()))
    test = _OPERATORS.get(operator)
    return test is not None and test(argument, value)


def _prefix(argument: Any, value: Any) -> bool:
    return _text(argument, value, str.startswith)


def _suffix(argument: Any, value: Any) -> bool:
    return _text(argument, value, str.endswith)


def _text(argument: Any, value: Any, test: Callable[[str, str], bool]) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(argument, Mapping):
        return test(value.lower(), str(argument.get("equals-ignore-case", "")).lower())
    return test(value, str(argument))


def _anything_but(argument: Any, value: Any) -> bool:
    if isinstance(argument, Mapping):
        operator, inner = next(iter(argument.items()))
        inners = inner if isinstance(inner, list) else [inner]
        return not any(_one({operator: one}, value) for one in inners)
    return value not in (argument if isinstance(argument, list) else [argument])


def _wildcard(argument: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    parts = [re.escape(part.replace("\0", "*")) for part in str(argument).replace("\\*", "\0").split("*")]
    return re.fullmatch(".*".join(parts), value, re.S) is not None


def _ignoring_case(argument: Any, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == str(argument).lower()


def _cidr(argument: Any, value: Any) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(argument, strict=False)
    except ValueError:
        return False


def _numeric(argument: Any, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    pairs = zip(argument[::2], argument[1::2], strict=False)
    return all(_COMPARISONS[operator](value, limit) for operator, limit in pairs)


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "anything-but": _anything_but,
    "wildcard": _wildcard,
    "equals-ignore-case": _ignoring_case,
    "cidr": _cidr,
    "numeric": _numeric,
}
