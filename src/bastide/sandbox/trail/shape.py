"""`requestParameters` and `responseElements`: a call's members in CloudTrail's spelling, secrets taken out.

One idea: the conversion of a shape is worked out once from botocore's model and kept as small functions; a call then
only pays for the members that it has. Most services write member names with a small first letter, values as they are.
EC2 and S3 have forms of their own: `ec2`, `s3`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

from botocore.model import ListShape, MapShape, Shape, StructureShape

from bastide.sandbox import moto
from bastide.sandbox.trail.redaction import OMIT, replacement

Convert = Callable[[Any], Any]
# None in place of a function: the value goes in as it is.
Members = dict[str, tuple[str, Convert | None]]


def lower_first(name: str) -> str:
    """`RoleName` → `roleName`, `TrailARN` → `trailARN`, `DBInstanceIdentifier` → `dBInstanceIdentifier`."""
    return name[:1].lower() + name[1:]


@cache
def request_of(service: str, operation: str) -> Convert | None:
    """The function from an operation's parameters to `requestParameters`."""
    return converter(service, moto.service_model(service).operation_model(operation).input_shape)


@cache
def response_of(service: str, operation: str) -> Convert | None:
    """The function from an operation's answer to `responseElements`; None when it answers nothing."""
    shape = moto.service_model(service).operation_model(operation).output_shape
    return converter(service, shape) if shape is not None and shape.members else None


def converter(service: str, shape: Shape | None) -> Convert | None:
    """The function for values of the shape; None when they need no change."""
    if shape is None:
        return None
    kind = shape.type_name
    if isinstance(shape, StructureShape):
        return _structure(service, shape)
    if isinstance(shape, ListShape):
        return _list(service, shape)
    if isinstance(shape, MapShape):
        return _map(service, shape)
    return _date(service) if kind == "timestamp" else None


@cache
def _structure(service: str, shape: StructureShape) -> Convert:
    members: Members = {}
    left_out: set[str] = set()

    def learn(name: str) -> tuple[str, Convert | None] | None:
        """The member's name in the record and its function; None when it is left out. Recursive shapes end here."""
        member = shape.members.get(name)
        if member is None or member.type_name == "blob" or member.metadata.get("eventstream"):
            left_out.add(name)
            return None
        instead = replacement(service, name, _is_sensitive(member))
        if instead == OMIT:
            left_out.add(name)
            return None
        made = converter(service, member) if instead is None else (lambda value: instead)
        if service == "iam" and name == "AssumeRolePolicyDocument" and "RoleId" in shape.members:
            made = _encoded
        members[name] = (lower_first(name), made)
        return members[name]

    def convert(value: Mapping[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for name, inner in value.items():
            if inner is None or name in left_out:
                continue
            found = members.get(name) or learn(name)
            if found is not None:
                row[found[0]] = inner if found[1] is None else found[1](inner)
        return row

    return convert


def _is_sensitive(shape: Shape) -> bool:
    if shape.metadata.get("sensitive"):
        return True
    return isinstance(shape, ListShape) and bool(shape.member.metadata.get("sensitive"))


def _list(service: str, shape: ListShape) -> Convert | None:
    # Worked out at the first value: a list may hold its own kind (OUs, filters).
    kept: list[Convert | None] = []

    def convert(values: Any) -> Any:
        if not kept:
            kept.append(converter(service, shape.member))
        inner = kept[0]
        return values if inner is None else [inner(value) for value in values]

    return convert


def _map(service: str, shape: MapShape) -> Convert | None:
    kept: list[Convert | None] = []
    if shape.value.metadata.get("sensitive"):
        word = replacement(service, shape.name, True)
        return lambda value: dict.fromkeys(value, word)

    def convert(values: Mapping[str, Any]) -> Any:
        if not kept:
            kept.append(converter(service, shape.value))
        inner = kept[0]
        return dict(values) if inner is None else {key: inner(value) for key, value in values.items()}

    return convert


def _date(service: str) -> Convert:
    # IAM's events were frozen before Java put a comma after the year.
    comma = "" if service == "iam" else ","

    def convert(value: Any) -> Any:
        if not isinstance(value, datetime):
            return value
        at = value.astimezone(UTC) if value.tzinfo else value
        return f"{at:%b} {at.day}, {at.year}{comma} {at.hour % 12 or 12}:{at:%M:%S %p}"

    return convert


def _encoded(value: Any) -> Any:
    # moto answers the document decoded; AWS's wire, and so its log, has it percent-encoded.
    if isinstance(value, str):
        return quote(value, safe="") if value.lstrip().startswith("{") else value
    return quote(json.dumps(value), safe="")
