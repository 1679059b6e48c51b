"""The file of a control of one's own, as pydantic checks it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SCHEMA = "bastide.controls/1"
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=100)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class Shape(BaseModel):
    """A mapping of the file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Neighbour(Shape):
    """A resource that stands beside the one that a case is about."""

    type: Text
    id: Text
    properties: dict[str, Any] = Field(default_factory=dict)


class Case(Shape):
    """A resource and the verdict that is right; ``{unknown: reason}`` is a value that could not be read."""

    name: Text
    status: Literal["PASS", "FAIL", "UNKNOWN", "NOT_APPLICABLE"]
    properties: dict[str, Any] = Field(default_factory=dict)
    id: Text = "one"
    beside: tuple[Neighbour, ...] = ()


class OwnControl(Shape):
    """One control: ``check`` (and ``when``) are CEL over ``properties``, ``resource``, ``tags``, ``organization``."""

    id: Slug
    title: Text
    resource_type: Text
    severity: Literal["informational", "low", "medium", "high", "critical"]
    check: Text = Field(description="CEL that is true where the resource is right")
    when: Text | None = Field(None, description="CEL that is true where the control applies")
    message: Text = Field(description="what is wrong when the check is false")
    remediation: Text
    source: Text = Field("own control", description="where the rule comes from")
    maps_to: tuple[Text, ...] = ()
    cases: tuple[Case, ...] = Field(description="examples: at least one PASS and one FAIL")


class File(Shape):
    """A file of controls."""

    schema_: Literal["bastide.controls/1"] = Field(alias="schema")
    controls: tuple[OwnControl, ...] = Field(min_length=1, max_length=1_000)
