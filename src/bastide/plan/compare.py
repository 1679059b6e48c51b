"""What differs between declared and observed properties.

Only what is declared is compared: AWS adds much of its own. Lists are compared as sets with repetition (the
registry's lists that matter here have no order), tags as a subset, policies by their canonical form. An absent value
equals an empty list or mapping. What could not be read is not compared; it is reported.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bastide.iam.canonical import canonical
from bastide.model import Difference, Properties, ResourceType, Unknown, Value

EMPTY: tuple[Any, ...] = (None, [], {}, ())


def is_policy(value: Value) -> bool:
    """Whether a value is a policy document: a mapping with Statement, or its JSON text."""
    if isinstance(value, Mapping):
        return "Statement" in value
    return isinstance(value, str) and value.lstrip().startswith("{") and '"Statement"' in value


def canonical_value(value: Value) -> Value:
    """A value in a form in which equal meaning is equal: policies canonical, lists sorted, empty things None."""
    if is_policy(value):
        return canonical(value)
    if isinstance(value, Mapping):
        return {key: canonical_value(item) for key, item in sorted(value.items())}
    if isinstance(value, list | tuple):
        return sorted((canonical_value(item) for item in value), key=sort_key)
    return value


def sort_key(value: Value) -> str:
    """A text that orders any values."""
    return json.dumps(value, sort_keys=True, default=repr)


def covers(observed: Value, declared: Value) -> bool:
    """Whether ``observed`` has everything that ``declared`` says."""
    if declared is None or declared in EMPTY or observed in EMPTY:
        return observed in EMPTY and declared in EMPTY
    if is_policy(declared):
        return is_policy(observed) and canonical(declared) == canonical(observed)
    if isinstance(declared, Mapping):
        return isinstance(observed, Mapping) and all(covers(observed.get(key), item) for key, item in declared.items())
    if isinstance(declared, list | tuple):
        return _covers_list(observed, declared)
    return bool(declared == observed and isinstance(declared, bool) == isinstance(observed, bool))


def _covers_list(observed: Value, declared: Value) -> bool:
    """Each declared element has an observed one of its own, and none is left over."""
    if not isinstance(observed, list | tuple) or len(observed) != len(declared):
        return False
    left = list(observed)
    for item in sorted(declared, key=lambda value: -len(sort_key(value))):
        found = next((place for place, other in enumerate(left) if covers(other, item)), None)
        if found is None:
            return False
        left.pop(found)
    return True


def tag_values(value: Value) -> dict[str, str]:
    """Tags by key, from a list of Key/Value or a mapping."""
    return dict(value) if isinstance(value, Mapping) else {tag["Key"]: tag["Value"] for tag in value or ()}


def differences(
    declared: Properties, observed: Properties, kind: ResourceType
) -> tuple[list[Difference], list[tuple[str, Unknown]]]:
    """The declared properties that are observed otherwise, and those that could not be read."""
    found: list[Difference] = []
    unread: list[tuple[str, Unknown]] = []
    skipped = kind.read_only | kind.write_only
    for name, value in declared.items():
        if name in skipped or isinstance(value, Unknown):
            continue
        for item in _walk(name, value, observed.get(name)):
            if isinstance(item, Difference):
                found.append(item)
            else:
                unread.append(item)
    return found, unread


def _walk(path: str, declared: Value, observed: Value) -> Iterator[Difference | tuple[str, Unknown]]:
    if isinstance(observed, Unknown):
        yield path, observed
    elif path == "Tags" and declared not in EMPTY:
        have = tag_values(observed)
        if any(have.get(key) != value for key, value in tag_values(declared).items()):
            yield Difference(path, observed, declared)
    elif isinstance(declared, Mapping) and not is_policy(declared) and isinstance(observed, Mapping) and declared:
        for key, item in declared.items():
            yield from _walk(f"{path}.{key}", item, observed.get(key))
    elif not covers(observed, declared):
        yield Difference(path, observed, declared)
