"""What intrinsics of one template can see: parameters, mappings, conditions, resources, pseudo parameters.

The one idea: account and region are assumed where nobody gave them, so that names are whole; but a condition on them,
and a mapping by them, is decided only by what was given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bastide.declare.templates.tree import Map
from bastide.errors import InputError
from bastide.model import Unknown, Value

ACCOUNT = "000000000000"  # stands for the account that the stack will be made in, where none is given
REGION = "us-east-1"
PLACE = ("AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::URLSuffix")
PSEUDO = (*PLACE, "AWS::StackName", "AWS::StackId", "AWS::NotificationARNs", "AWS::NoValue")
MAX_LIST = 10_000


@dataclass(frozen=True)
class Settings:
    """What a person said of the deployment: values of parameters, pseudo parameters (``AWS::Region``) among them."""

    parameters: Mapping[str, Value] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """The account of the stack: given, or twelve zeros."""
        return str(self.parameters.get("AWS::AccountId", ACCOUNT))

    @property
    def region(self) -> str:
        """The region of the stack: given, or us-east-1."""
        return str(self.parameters.get("AWS::Region", REGION))

    @property
    def partition(self) -> str:
        """The partition of the region."""
        given = self.parameters.get("AWS::Partition")
        if given:
            return str(given)
        return (
            "aws-cn" if self.region.startswith("cn-") else "aws-us-gov" if self.region.startswith("us-gov-") else "aws"
        )


def pseudo(name: str, settings: Settings, file: str) -> Value:
    """The value of a pseudo parameter; what only a stack has is Unknown."""
    given = settings.parameters.get(name)
    if given is not None:
        return given
    suffix = "amazonaws.com.cn" if settings.partition == "aws-cn" else "amazonaws.com"
    known = {"AWS::AccountId": settings.account, "AWS::Region": settings.region, "AWS::Partition": settings.partition,
             "AWS::URLSuffix": suffix, "AWS::StackName": stack_name(file), "AWS::NotificationARNs": []}  # fmt: skip
    return known.get(name, Unknown(f"{name} is known only to the stack"))


def stack_name(file: str) -> str:
    """A stack name from the file's name."""
    stem = re.split(r"[/\\]", file)[-1].split(".")[0]
    return re.sub(r"[^A-Za-z0-9-]", "-", stem) or "stack"


def place_given(name: str, settings: Settings) -> bool:
    """Whether a pseudo parameter about the place was given, or follows from what was."""
    return name in settings.parameters or (
        name in ("AWS::Partition", "AWS::URLSuffix") and "AWS::Region" in settings.parameters
    )


def parameter_values(declared: Map, given: Mapping[str, Value], where: str) -> dict[str, Value]:
    """Values of a template's parameters by name: given, default, or Unknown.

    Raises:
        InputError: a given value is none of the allowed ones.
    """
    return {str(name): _parameter(str(name), body, given, where) for name, body in declared.items()}


def _parameter(name: str, body: Value, given: Mapping[str, Value], where: str) -> Value:
    if not isinstance(body, Map):
        return Unknown(f"parameter {name} is not a mapping")
    kind = str(body.get("Type", "String"))
    value = given.get(name, body.get("Default"))
    allowed = body.get("AllowedValues")
    allowed = [_text(one) for one in allowed] if isinstance(allowed, list) else []
    if isinstance(value, Unknown):
        return value
    if value is None and len(set(allowed)) == 1:
        value = allowed[0]
    if value is None:
        return Unknown(f"parameter {name} has no value", filled=_never_empty(body, kind, allowed), unwritten=True)
    if name in given and _text(body.get("NoEcho", False)).lower() == "true":
        return Unknown(f"parameter {name} is secret (NoEcho)", filled=True, unwritten=True)
    if kind.startswith("AWS::SSM::Parameter::Value<"):
        return Unknown(f"parameter {name} is read from Systems Manager at deployment", filled=True, unwritten=True)
    items = [one.strip() for one in _items(value)] if "List" in kind else [_text(value)]
    if name in given and allowed and any(item not in allowed for item in items):
        raise InputError(f"{items[0]!r} is not allowed for parameter {name}", where, f"one of {', '.join(allowed)}")
    return items if "List" in kind else items[0]


def _never_empty(body: Map, kind: str, allowed: list[str]) -> bool:
    """Whether CloudFormation refuses an empty value: it looks up those of AWS's own types."""
    least = _text(body.get("MinLength", 0))
    return "AWS::" in kind or bool(allowed and "" not in allowed) or (least.isdigit() and int(least) > 0)


def _items(value: Value) -> list[str]:
    """The members of a list parameter."""
    if isinstance(value, list):
        return [_text(one) for one in value][:MAX_LIST]
    return _text(value).split(",")[:MAX_LIST]


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
