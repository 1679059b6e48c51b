"""Authorization read backwards: API calls that ask a given action about a given resource.

One idea: the data that tells a call's action and ARN also tells, from an action and an ARN, an operation and the
parameters that name the resource; what else the operation must have gets the least that its model accepts. Whether the
call then asks what was meant is for the front's own judgement to say, not for this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from bastide.aws.actions import PREFIXES
from bastide.sandbox import moto
from bastide.sandbox.authorize.actions import VERSIONED, static_actions
from bastide.sandbox.authorize.templates import HOLE, PLACES, Type, types
from bastide.sandbox.coverage import SERVICES, coverage

LATER = datetime(2035, 1, 1, tzinfo=UTC)
_TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'  # noqa: E501
_ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}'
# Member names in lower case → a text that services accept where the model only says "string".
WORDS = {
    "assumerolepolicydocument": _TRUST, "trustpolicydocument": _TRUST, "policydocument": _ALLOW,
    "rolesessionname": "replay", "cidrblock": "10.0.0.0/24", "cidr": "10.0.0.0/24", "imageid": "ami-12345678",
    "destinationcidrblock": "10.9.0.0/16", "serialnumber": "arn:aws:iam::000000000000:mfa/example",
    "authenticationcode1": "123456", "authenticationcode2": "123456", "email": "replay@replay.example",
    "emailaddress": "replay@replay.example", "copysource": "example/example", "value": "example",
}  # fmt: skip
# What the model calls optional and the service asks for all the same.
NEEDED: dict[tuple[str, str], dict[str, Any]] = {
    ("ssm", "PutParameter"): {"Type": "String"},
    ("ec2", "CreateVpc"): {"CidrBlock": "10.0.0.0/16"},
}
# Types whose last blank is an id that no request knows: the blank that parameters fill.
NAMED_FIRST = {("config", "configurationrecorder"): "RecorderName"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A call to make: botocore's names of service and operation, and parameters."""

    service: str
    operation: str
    params: Mapping[str, Any]


def planned(action: str, arn: str) -> Iterator[Planned]:
    """Calls of the sandbox's operations that need the action and name the resource; the plainest first."""
    for service, operation in _operations(action.lower()):
        params = named(service, operation, action, arn)
        if params is not None:
            model = moto.service_model(service).operation_model(operation)
            needed = NEEDED.get((service, operation), {})
            yield Planned(service, operation, _completed(model.input_shape, needed | params, arn))


def typical(action: str, account: str, region: str) -> Iterator[str]:
    """ARNs of the resource types that an action must name, called "example"."""
    places = {"Partition": "aws", "Account": account, "Region": region}
    for service, operation in _operations(action.lower())[:1]:
        found = types(service, operation, action)
        for one in [each for each in found if each.required] or found:
            if one.members:
                yield HOLE.sub(lambda hole: places.get(hole[1], "example"), one.template)


@cache
def _operations(action: str) -> tuple[tuple[str, str], ...]:
    """Operations that need the action (lower case): the one of its name first, then the others by name."""
    prefix, _, name = action.partition(":")
    services = [one for one in SERVICES if PREFIXES.get(one, one) == prefix]
    found = [
        (one.service, one.operation)
        for one in coverage(services)
        if one.kind != "refused"
        and (action in map(str.lower, static_actions(one.service, one.operation)) or _versioned(one.operation, action))
    ]
    return tuple(sorted(found, key=lambda pair: (pair[1].lower() != name, pair)))


def _versioned(operation: str, action: str) -> bool:
    return VERSIONED.get(operation, "").lower() == action


def named(service: str, operation: str, action: str, arn: str) -> dict[str, Any] | None:
    """The parameters that name the resource; None when none of the operation's can."""
    if arn == "*":
        return {}
    versioned = service == "s3" and _versioned(operation, action.lower())
    base = next(iter(static_actions(service, operation)), action) if versioned else action
    found = types(service, operation, base)
    for one in found:
        holes = _holes(one.template, arn)
        if holes is not None:
            named_ = _filled(service, operation, one, holes, arn)
            if named_ is not None:
                return named_ | ({"VersionId": "null"} if versioned else {})
    return None if found and any(one.required and one.members for one in found) else {}


@cache
def _pattern(template: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    parts = HOLE.split(template)
    names = tuple(part for part in parts[1::2])
    text = "".join(
        ("([^:/]*)" if part in PLACES else "(.*)" if place == len(parts) - 2 else "(.*?)")
        if place % 2
        else re.escape(part)
        for place, part in enumerate(parts)
    )
    return re.compile(text, re.DOTALL), names


def _holes(template: str, arn: str) -> dict[str, str] | None:
    """What stands in the blanks of a template; None when the ARN has another form."""
    pattern, names = _pattern(template)
    match = pattern.fullmatch(arn)
    return None if match is None else dict(zip(names, match.groups(), strict=True))


def _filled(service: str, operation: str, one: Type, holes: Mapping[str, str], arn: str) -> dict[str, Any] | None:
    shape = moto.service_model(service).operation_model(operation).input_shape
    if shape is None or not one.last:
        return {}
    if not one.members:
        return {} if not one.required or operation.startswith(("Create", "Request", "Register")) else None
    params: dict[str, Any] = {}
    for hole, members in one.blanks:
        if members:
            params |= _put(shape, members[0], holes[hole])
    required = [name for name in one.members if name in shape.required_members]
    member = (required or list(one.members))[0]
    naming = NAMED_FIRST.get((one.service, one.name), one.last)
    value = _value(one, member, holes[naming], arn)
    if "Path" in shape.members and "/" in holes[one.last] and one.service == "iam":
        params["Path"] = f"/{holes[one.last].rpartition('/')[0]}/"
    return params | _put(shape, member, value)


def _value(one: Type, member: str, value: str, arn: str) -> str:
    """What a parameter calls the resource."""
    if member.lower().endswith("arn") or (one.service, one.name) in (("kms", "key"), ("secretsmanager", "secret")):
        return arn
    if one.service == "sqs" and member == "QueueUrl":
        _, _, _, region, account, name = arn.split(":", 5)
        return f"https://sqs.{region}.amazonaws.com/{account}/{name}"
    return value.rpartition("/")[2] if one.service in ("iam", "organizations") else value


def _put(shape: Any, member: str, value: str) -> dict[str, Any]:
    kind = shape.members[member].type_name
    if kind == "list":
        return {member: [value]}
    return {member: value} if kind == "string" else {}


def _completed(shape: Any, params: dict[str, Any], arn: str) -> dict[str, Any]:
    if shape is None:
        return params
    least = {name: _least(shape.members[name], name, arn) for name in shape.required_members if name not in params}
    return params | least


def _least(shape: Any, name: str, arn: str) -> Any:
    """The least value of a shape that its model accepts."""
    kind = shape.type_name
    if kind == "structure":
        return {one: _least(shape.members[one], one, arn) for one in shape.required_members}
    if kind == "list":
        return [_least(shape.member, name.rstrip("s"), arn)]
    if kind in ("map", "boolean", "blob", "timestamp"):
        return {"map": {}, "boolean": False, "blob": b"x", "timestamp": LATER}[kind]
    if kind in ("integer", "long", "float", "double"):
        return max(1, int(shape.metadata.get("min", 1)))
    return _least_text(shape, name, arn)


def _least_text(shape: Any, name: str, arn: str) -> str:
    if shape.enum:
        return str(shape.enum[0])
    text = WORDS.get(name.lower(), "example")
    if name.lower().endswith("arn") and arn.count(":") > 4:
        text = f"arn:aws:iam::{arn.split(':')[4] or '000000000000'}:role/example"
    return text.ljust(int(shape.metadata.get("min", 0)), "x")
