"""The words in which a control's file says what is right: a small vocabulary over properties.

The one idea: a condition speaks of one value (a property, or the element of a list it stands in) and every operator in
it has to hold; conditions are joined by ``all_of``, ``any_of`` and ``not``. What they mean is ``compile``'s matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bastide.controls.lookup import generic, parse_path

JOINS = ("all_of", "any_of", "not_", "related")
OPERATORS = ("is_", "one_of", "none_of", "at_least", "at_most", "matches", "shaped", "present", "any", "every", "none",
             "includes", "count_at_least", "plain_text", "customer_key")  # fmt: skip
OWN_NAMES = ("$id", "$arn")  # what a resource is called by, where a property is expected
KEYS = ("AWS::KMS::Key", "Bastide::KMS::PendingKey")  # all customer keys of an account: what ``customer_key`` looks up

Scalar = bool | int | float | str


class Reference(BaseModel):
    """``{parameter: maxAccessKeyAge}``: the value of one of the control's parameters."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    parameter: str


class Condition(BaseModel):
    """What has to hold of one value; see docs/controls.md for each word."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    property: str = ""
    default: Any = None
    unread: str = ""
    otherwise: str = ""
    is_: Scalar | Reference | None = Field(None, alias="is")
    one_of: tuple[Scalar, ...] | Reference | None = None
    none_of: tuple[Scalar, ...] | Reference | None = None
    at_least: int | float | Reference | None = None
    at_most: int | float | Reference | None = None
    matches: str | None = None
    shaped: str | None = None
    present: bool | None = None
    any: Condition | None = None
    every: Condition | None = None
    none: Condition | None = None
    includes: tuple[str, ...] | Reference | None = None
    count_at_least: int | Reference | None = None
    plain_text: Literal[False] | None = None
    customer_key: Literal[True] | None = None
    all_of: tuple[Condition, ...] = ()
    any_of: tuple[Condition, ...] = ()
    not_: Condition | None = Field(None, alias="not")
    related: Related | None = None

    @field_validator("property")
    @classmethod
    def _is_a_path(cls, value: str) -> str:
        parse_path(value)
        return value

    @field_validator("matches", "shaped")
    @classmethod
    def _is_a_pattern(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    @model_validator(mode="after")
    def _says_one_thing(self) -> Condition:
        joins = [name for name in JOINS if getattr(self, name)]
        operators = [name for name in OPERATORS if getattr(self, name) is not None]
        if len(joins) + bool(operators) != 1:
            found = ", ".join(name.rstrip("_") for name in (*joins, *operators)) or "nothing"
            raise ValueError(f"a condition has operators, or one of all_of, any_of, not and related; this has {found}")
        if self.is_ is False and "default" not in self.model_fields_set:
            raise ValueError("is: false needs a default: what AWS does when the property is absent")
        return self


class Related(BaseModel):
    """A resource of another type: one that refers to this one (or is referred to), or one in the same place.

    ``property`` of the other equals one of ``refers_to`` of this one (``$id`` and ``$arn`` are what a resource is
    called by); without it the other lies in the same ``within``. ``missing``: what it means that there is none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: str
    property: str = ""
    refers_to: tuple[str, ...] = ("$id",)
    within: Literal["region", "account", "organization"] = "region"
    missing: Literal["fail", "unknown"] = "fail"
    where: Condition | None = None


def asks(condition: Condition, values: Mapping[str, Any]) -> bool:
    """Whether a condition asks for anything, where a parameter that is not set asks nothing."""
    for name in OPERATORS:
        value = getattr(condition, name)
        if isinstance(value, Condition):
            if asks(value, values):
                return True
        elif value is not None and not (isinstance(value, Reference) and values[value.parameter] is None):
            return True
    inner = (*condition.all_of, *condition.any_of, *((condition.not_,) if condition.not_ else ()))
    return condition.related is not None or any(asks(one, values) for one in inner)


def conditions(condition: Condition | None, prefix: str = "") -> Iterator[tuple[str, Condition]]:
    """The condition and all inside it that speak of the same resource, each with the path of what it speaks of."""
    if condition is None:
        return
    path = ".".join(part for part in (prefix, generic(condition.property)) if part)
    yield path, condition
    for inner in (condition.any, condition.every, condition.none):
        yield from conditions(inner, f"{path}.*" if path else "*")
    for inner in (*condition.all_of, *condition.any_of, condition.not_):
        yield from conditions(inner, path)


def paths_read(condition: Condition | None) -> Iterator[str]:
    """Paths of the resource's own properties that a condition reads, ``*`` for elements of lists."""
    for path, one in conditions(condition):
        if path and not (one.all_of or one.any_of or one.not_ or one.related):
            yield path
        for name in one.related.refers_to if one.related else ():
            if name not in OWN_NAMES:
                yield generic(name)


def selected(condition: Condition | None, prefix: str = "") -> Iterator[str]:
    """Paths of the properties by which elements of lists are chosen: ``Features.*.Name``."""
    for path, one in conditions(condition, prefix):
        read: list[str] = [path.removesuffix(generic(one.property)).rstrip(".")] if path else []
        for step in parse_path(one.property):
            read.append(step.name)
            if step.key:
                read.append("*")
                yield ".".join(part for part in (*read, step.key) if part)


def related_in(condition: Condition | None) -> Iterator[Related]:
    """Every ``related`` in a condition, at any depth."""
    for _, one in conditions(condition):
        if one.related is not None:
            yield one.related
            yield from related_in(one.related.where)


def types_read(condition: Condition | None) -> Iterator[str]:
    """Types of other resources that a condition looks up, at any depth; some of them several times."""
    related = tuple(related_in(condition))
    yield from (one.type for one in related)
    every = (condition, *(one.where for one in related))
    if any(inner.customer_key for one in every for _, inner in conditions(one)):
        yield from KEYS


def parameters_in(condition: Condition | None) -> Iterator[str]:
    """Names of the parameters that a condition refers to, at any depth."""
    for _, one in conditions(condition):
        for name in OPERATORS:
            value = getattr(one, name)
            if isinstance(value, Reference):
                yield value.parameter
        if one.related is not None:
            yield from parameters_in(one.related.where)
