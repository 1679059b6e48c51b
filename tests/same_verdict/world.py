"""Configurations as estates that can be declared, rendered and made: what cases say, completed to what AWS asks for.

One idea: a case says only what a control reads. Here it gets the properties without which AWS makes nothing and the
things that it stands on (``needs``); what AWS will name gets a provisional identifier, as in every declared estate;
what only a running resource has is left out, because nobody can declare it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from bastide.aws.registry import handlers, kinds
from bastide.aws.shape import Observed
from bastide.declare.templates.identity import identify
from bastide.declare.templates.registry import schema_at, schema_of, shaped
from bastide.declare.templates.scope import Settings
from bastide.model import GLOBAL, Origin, Resource, Scope
from bastide.model.unknown import unknowns_in
from bastide.sandbox import Sandbox
from tests.same_verdict.needs import NEEDS, Need

HOME = "eu-west-1"
ACCOUNT = Sandbox.management_account
PLACE = Settings({"AWS::AccountId": ACCOUNT, "AWS::Region": HOME})
PREFIXES = {
    "sg": "AWS::EC2::SecurityGroup", "vpc": "AWS::EC2::VPC", "subnet": "AWS::EC2::Subnet",
    "lt": "AWS::EC2::LaunchTemplate", "igw": "AWS::EC2::InternetGateway", "rtb": "AWS::EC2::RouteTable",
}  # fmt: skip
NAME = re.compile(rf"({'|'.join(PREFIXES)})-[0-9a-z]{{1,17}}")


class Part(NamedTuple):
    """A resource as a case says it: type, what the case calls it, properties."""

    type: str
    name: str
    properties: Mapping[str, Any]
    arn: str = ""


class World(NamedTuple):
    """Resources to declare together; ``subject`` is the one that is judged."""

    resources: tuple[Resource, ...]
    subject: Resource


def can_be_made(type: str) -> bool:
    """Whether a handler makes resources of the type."""
    return type in handlers() and not isinstance(handlers()[type], Observed)


def world_of(subject: Part, others: Iterable[Part], *, open: bool = False) -> World | None:
    """The world of these; None when the subject cannot be declared, because part of it is not known.

    ``open``: with what AWS asks for besides where something is public (see ``Need``).
    """
    if unknowns_in(subject.properties) or not can_be_made(subject.type):
        return None
    parts = [subject, *(one for one in others if can_be_made(one.type) and not unknowns_in(one.properties))]
    parts = list(_completed(parts, open))
    if unknowns_in(parts[0].properties):  # text where a value that deployment finds stood
        return None
    named = [(part, *_identity(part)) for part in parts]
    renamed = {part.name: id for part, id, _ in reversed(named) if len(part.name) > 3 or part.name == subject.name}
    renamed |= {part.arn: arn for part, _, arn in named if part.arn}
    made = [_resource(part, id, arn, renamed) for part, id, arn in named]
    return World(tuple(made), made[0])


def _completed(parts: list[Part], open: bool, there: frozenset[tuple[str, str]] = frozenset()) -> Iterator[Part]:
    """The parts with what they need, and after them what they stand on and what they name."""
    there |= {(part.type, part.name) for part in parts}
    below: dict[tuple[str, str], Part] = {}
    for part in parts:
        need = NEEDS.get(part.type, Need())
        name = part.name.rpartition("/")[2]  # of an ARN
        named = {need.named_by: need.name.format(name)} if need.named_by else {}
        needed = {**filled(need.properties, part.name), **named, **(need.open if open else {})}
        properties: Any = declarable(part.type, {**needed, **part.properties})
        for path, value in need.inside.items():
            properties = inserted(properties, path.split("."), value)
        yield part._replace(properties=properties)
        for type, name in (*need.stands_on(properties), *named_in(properties)):
            below.setdefault((type, name), Part(type, name, {}))
    missing = [part for key, part in below.items() if key not in there]
    if missing:
        yield from _completed(missing, open, there)


def inserted(value: Any, path: list[str], wanted: Any) -> Any:
    """The value with what is wanted at a path, where what it stands in is there and it is not."""
    if path[0] == "+" and isinstance(value, list):
        return [*value, wanted]
    if path[0] == "*" and isinstance(value, list):
        return [inserted(one, path[1:], filled(wanted, str(index))) for index, one in enumerate(value)]
    if not isinstance(value, Mapping) or (len(path) > 1 and path[0] not in value):
        return value
    inner = value.get(path[0], wanted) if len(path) == 1 else inserted(value[path[0]], path[1:], wanted)
    return {**value, path[0]: inner}


def filled(value: Any, name: str) -> Any:
    """The value with the name where it says ``{}``."""
    if isinstance(value, Mapping):
        return {key: filled(one, name) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, name) for one in value]
    return value.replace("{}", name) if isinstance(value, str) else value


def named_in(value: Any) -> Iterator[tuple[str, str]]:
    """(type, name) of the things of EC2 that a value names in the form of their identifiers."""
    if isinstance(value, Mapping | list | tuple):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from named_in(one)
    elif isinstance(value, str) and (found := NAME.fullmatch(value)):
        yield PREFIXES[found[1]], value


def declarable(type: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody can declare of the properties: what the registry has and does not only report."""
    schema = schema_of(type)
    if not schema:
        return dict(properties)
    reported = {pointer.removeprefix("/properties/") for pointer in schema.get("readOnlyProperties", ())}
    known = {name: value for name, value in properties.items() if name in schema["properties"]}
    made = {name: value for name, value in shaped(type, known)[0].items() if name not in reported}
    return {name: _known(type, (name,), value) for name, value in made.items()}


def _known(type: str, path: tuple[str, ...], value: Any) -> Any:
    """The value without members that the registry does not have there."""
    if isinstance(value, list):
        return [_known(type, (*path, "[]"), one) for one in value]
    if not isinstance(value, Mapping):
        return value
    inner = {key: _known(type, (*path, key), one) for key, one in value.items()}
    return {key: one for key, one in inner.items() if schema_at(type, (*path, key))[0] is not None}


def _identity(part: Part) -> tuple[str, str]:
    """Identifier and ARN before it exists."""
    if not schema_of(part.type):
        return ACCOUNT, ""
    found = identify(part.type, part.name, "world", part.properties.get, PLACE)
    return found.id, found.arn


def _resource(part: Part, id: str, arn: str, renamed: Mapping[str, str]) -> Resource:
    region = HOME if kinds()[part.type].scope is Scope.REGION else GLOBAL
    own = NEEDS.get(part.type, Need()).named_by
    properties = {
        name: value if name == own else substituted(value, renamed) for name, value in part.properties.items()
    }
    return Resource(part.type, ACCOUNT, region, id, properties, arn, Origin("declared", detail=part.name))


def substituted(value: Any, renamed: Mapping[str, str]) -> Any:
    """The value with every text that is a name, and every name inside an ARN, in its new form."""
    if isinstance(value, Mapping):
        return {key: substituted(one, renamed) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [substituted(one, renamed) for one in value]
    if not isinstance(value, str):
        return value
    if value in renamed:
        return renamed[value]
    for old, new in renamed.items():
        if "ba571de" in old and old in value:
            value = value.replace(old, new)
    return value
