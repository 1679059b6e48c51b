"""The questions that a call puts: each action it needs, on each resource that it names.

One idea: the parameters that name a type fill its ARN template (``templates``), a lookup spells what the request does
not (``lookups``), what a call makes is asked about with `*` for its id, and ``special`` holds the operations whose
resources lie deeper. Where nothing tells the ARN, `*` is asked and the question says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bastide.sandbox.authorize.actions import BY_METHOD, actions, static_actions
from bastide.sandbox.authorize.lookups import LOOKUPS, key_of_ciphertext
from bastide.sandbox.authorize.special import SPECIAL
from bastide.sandbox.authorize.templates import HOLE, PLACES, Type, has_types, pattern, types
from bastide.sandbox.call import Call

MAKES = ("Create", "Run", "Allocate", "Import", "Copy", "Request", "Register", "Put", "Enable", "Start", "Provision")


@dataclass(frozen=True, slots=True)
class Question:
    """One action on one resource; `kind` is the resource's type as the Service Authorization Reference names it."""

    action: str
    resource: str
    kind: str = ""
    unresolved: bool = False


def questions(call: Call) -> Iterator[Question]:
    """What the call itself has to be allowed; nothing when none of its actions is known."""
    special = SPECIAL.get((call.service, call.operation))
    if special is not None:
        asked = False
        for action, resource, kind in special(call):
            asked = True
            yield Question(action, resource, kind)
        if asked:
            return
    fixed = _fixed(call.service, call.operation)
    if fixed is not None:
        yield from fixed
        return
    method = call.request.method
    params = call.params if call.service in ("s3", "dynamodb") else {}
    for action in actions(call.service, call.operation, params, method):
        yield from _about(call, action)


@cache
def _fixed(service: str, operation: str) -> tuple[Question, ...] | None:
    """The questions of an operation whose actions have no resources, whatever the call says; None for the others."""
    found = () if service in ("s3", "dynamodb", *BY_METHOD) else static_actions(service, operation)
    if not found or any(has_types(action) for action in found):
        return None
    return tuple(Question(action, "*") for action in found)


def _about(call: Call, action: str) -> Iterator[Question]:
    if not has_types(action):
        yield Question(action, "*")
        return
    seen: dict[str, Question] = {}
    taken: set[str] = set()
    for one in types(call.service, call.operation, action):
        for arn in _arns(call, one, taken):
            seen.setdefault(arn, Question(action, arn, one.name))
    if not seen:
        seen = {found.resource: found for found in _made(call, action)}
    if not seen:
        unresolved = any(one.required for one in types(call.service, call.operation, action))
        seen = {"*": Question(action, "*", unresolved=unresolved)}
    yield from seen.values()


def _made(call: Call, action: str) -> Iterator[Question]:
    """Resources that the call makes, that an account has one of, or all of a type: no id is in the request."""
    for one in types(call.service, call.operation, action):
        if not one.required:
            continue
        if not one.last:
            yield Question(action, fill(call, one, ""), one.name)
        elif one.optional or call.operation.startswith(MAKES):
            yield Question(action, fill(call, one, "*"), one.name)


def _arns(call: Call, one: Type, taken: set[str]) -> Iterator[str]:
    """The ARNs of one type that the request names; `taken` are the values that another type has claimed."""
    if (one.service, one.name) == ("iam", "user") and not call.params.get("UserName"):
        if one.required and call.principal.type == "IAMUser":
            yield call.principal.arn  # no name means the caller itself
        return
    if one.service == "account" and one.name == "account" and not call.params.get("AccountId"):
        yield fill(call, one, "")
        return
    find = LOOKUPS.get((one.service, one.name))
    for member in one.members:
        for value in _values(call.params.get(member), member):
            if value in taken and not value.startswith("arn:"):
                continue
            arn = _arn(call, one, find, value)
            if arn:
                taken.add(value)
                yield arn


def _arn(call: Call, one: Type, find: Any, value: str) -> str:
    """The value's ARN as this type; empty when it is another type's."""
    if value.startswith("arn:") and (one.service, one.name) not in _ARNS_LOOKED_UP:
        return value if pattern(one.template).fullmatch(value) else ""
    if find is not None:
        found = find(call, value)
        if found is not None:
            return str(found)
    return fill(call, one, value)


# Types whose ARN in the request may not be the one that is asked about (an alias, a subscription, a stream's group).
_ARNS_LOOKED_UP = {
    ("kms", "key"),
    ("sns", "topic"),
    ("logs", "log-group"),
    ("lambda", "function"),
    ("sts", "root-user"),
}


def _values(given: Any, member: str) -> Iterator[str]:
    """The texts of a parameter: itself, its items, or what a structure calls its name or ARN."""
    if isinstance(given, str):
        yield from (given,) if given else ()
    elif isinstance(given, bool | int):
        yield str(given)
    elif isinstance(given, bytes):
        if member == "CiphertextBlob":
            yield from (key,) if (key := key_of_ciphertext(given)) else ()
    elif isinstance(given, Mapping):
        if member == "RequestItems":
            yield from (str(key) for key in given)
            return
        names = [f"{member}Arn", f"{member}Name", "Name", "name", "Arn", "arn"]
        yield from [str(given[name]) for name in names if isinstance(given.get(name), str) and given[name]][:1]
    elif isinstance(given, list | tuple):
        for item in given:
            yield from _values(item, member)


def fill(call: Call, one: Type, value: str) -> str:
    """The type's ARN with `value` in its last blank and what the parameters say in the others."""
    places = {"Partition": "aws", "Region": call.region, "Account": call.account}
    others = {}
    for hole, members in one.blanks:
        given = (next(_values(call.params.get(name), name), "") for name in members)
        plain = next((text for text in given if text), "*")
        others[hole] = plain.rpartition("/")[2] if plain.startswith("arn:") else plain
    parts = HOLE.split(one.template)
    last = one.last
    out = []
    for place, part in enumerate(parts):
        if place % 2 == 0:
            out.append(part)
        elif part in PLACES:
            out.append(places[part])
        else:
            out.append(value if part == last else others.get(part, "*"))
    return "".join(out)
