"""A control written as data: one YAML file with metadata, check, heal and cases, compiled to a Control.

The one idea: the file is the whole story of the control, and what it means is compiled once, so that it judges as fast
as a function somebody wrote. ``cases`` stands last and is not parsed here. Whether types and properties exist is asked
by the tests, against the registry's schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bastide.controls.check import Check, Scene
from bastide.controls.compile import compile_condition
from bastide.controls.condition import (
    Condition,
    asks,
    parameters_in,
    paths_read,
    selected,
    types_read,
)
from bastide.controls.control import Control, Decide, Heal
from bastide.controls.parameter import KINDS, Parameter
from bastide.controls.related import relate
from bastide.errors import InputError, Problem
from bastide.iam.vocabulary import suggest
from bastide.model import Estate, Resource, Severity, Status, Value, Verdict, not_applicable, unknown

CASES = "\ncases:"
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ParameterText(BaseModel):
    """A parameter as the file writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    type: str = Field(pattern="|".join(f"^{kind}$" for kind in KINDS))
    default: Any = None
    about: str = ""


class Exclusion(BaseModel):
    """Resources that the control says nothing of, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    when: Condition
    reason: str


class ControlText(BaseModel):
    """The file of one control, without its cases."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    about: str = ""
    resource_type: str = Field(pattern=r"^\w+::\w*::\w+$")
    severity: str = Field(pattern="^(informational|low|medium|high|critical)$")
    maps_to: tuple[str, ...] = Field(min_length=1)
    source: str
    remediation: str
    config_rule: str = ""
    observed: tuple[str, ...] = ()
    parameters: Mapping[str, ParameterText] = {}
    not_applicable: tuple[Exclusion, ...] = ()
    check: Condition
    heal: Mapping[str, Any] = {}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the file."""
        return (self.check, *(one.when for one in self.not_applicable))

    @property
    def reads(self) -> tuple[str, ...]:
        """Types of other resources that its conditions look up, each once."""
        return tuple(dict.fromkeys(name for one in self.conditions for name in types_read(one)))


def parse_control(text: str, id: str, module: str = "", where: str = "") -> Control:
    """The control in a file's ``text``; what follows ``cases:`` is not looked at.

    Raises:
        InputError: not YAML, an unknown or missing key, a wrong value, or a parameter that is not declared.
    """
    file = parse_file(text, where)
    own = tuple(Parameter(name, one.type, one.default, one.about) for name, one in file.parameters.items())
    decide, heal = _configured(file, {one.name: one.default for one in own})
    return Control(
        id=id,
        title=file.title,
        resource_type=file.resource_type,
        severity=Severity.parse(file.severity),
        maps_to=file.maps_to,
        source=file.source,
        remediation=file.remediation,
        decide=decide,
        relational=bool(file.reads),
        reads=file.reads,
        heal=heal,
        config_rule=file.config_rule,
        module=module,
        parameters=own,
        properties=tuple(sorted({path for one in file.conditions for path in _paths(one)})),
        configure=lambda values: _configured(file, values),
    )


def parse_file(text: str, where: str = "") -> ControlText:
    """The file's content, checked.

    Raises:
        InputError: as ``parse_control``.
    """
    try:
        value = yaml.load(text.partition(CASES)[0], Loader=LOADER)
        file = ControlText.model_validate(value)
    except yaml.YAMLError as error:
        raise InputError(f"not YAML: {error}", where) from error
    except ValidationError as error:
        raise InputError.of([_problem(one, where) for one in error.errors()]) from error
    used = {name for condition in file.conditions for name in parameters_in(condition)} | set(_healing(file.heal))
    for name in sorted(used ^ set(file.parameters)):
        what = "is not declared" if name in used else "is used by nothing"
        raise InputError(f"parameter {name} {what}", where, suggest(name, file.parameters) if name in used else "")
    return file


def cases_in(text: str) -> tuple[Mapping[str, Any], ...]:
    """The cases at the end of a file of data."""
    return tuple(yaml.load("cases:" + text.partition(CASES)[2], Loader=LOADER)["cases"] or ())


def _problem(error: Any, where: str) -> Problem:
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        known = [*Condition.model_fields, *ControlText.model_fields]
        return Problem(
            f"{place}: unknown key", where, suggest(str(error["loc"][-1]), [name.rstrip("_") for name in known])
        )
    return Problem(f"{place}: {error['msg']}", where)


def _paths(condition: Condition) -> Iterator[str]:
    yield from paths_read(condition)
    yield from selected(condition)


def _healing(heal: Mapping[str, Any]) -> Iterator[str]:
    for value in heal.values():
        if isinstance(value, Mapping) and set(value) == {"parameter"}:
            yield value["parameter"]


def _configured(file: ControlText, values: Mapping[str, Value]) -> tuple[Decide, Heal | None]:
    check = compile_condition(file.check, values, relate)
    exclusions = [
        (compile_condition(one.when, values, relate), one.reason)
        for one in file.not_applicable
        if asks(one.when, values)
    ]
    heal = {path: _value(value, values) for path, value in file.heal.items()}
    if file.reads:
        return _relational(check, exclusions), heal or None
    return _plain(check, exclusions), heal or None


def _value(value: Value, values: Mapping[str, Value]) -> Value:
    return values[value["parameter"]] if isinstance(value, Mapping) and set(value) == {"parameter"} else value


def _plain(check: Check, exclusions: list[tuple[Check, str]]) -> Decide:
    decide = _decided(check, exclusions)

    def of_resource(resource: Resource) -> Verdict:
        return decide(Scene(resource))

    return of_resource


def _relational(check: Check, exclusions: list[tuple[Check, str]]) -> Decide:
    decide = _decided(check, exclusions)

    def of_resource(resource: Resource, estate: Estate) -> Verdict:
        return decide(Scene(resource, estate))

    return of_resource


def _decided(check: Check, exclusions: list[tuple[Check, str]]) -> Callable[[Scene], Verdict]:
    """NOT_APPLICABLE where an exclusion holds; where that is unknown, PASS if the check passes anyway, else UNKNOWN."""
    answers = [(when, not_applicable(reason)) for when, reason in exclusions]

    def decide(scene: Scene) -> Verdict:
        properties = scene.resource.properties
        doubt: Verdict | None = None
        for when, excluded in answers:
            verdict = when(properties, "", scene)
            if verdict.status is Status.PASS:
                return excluded
            if verdict.status is Status.UNKNOWN:
                doubt = doubt or unknown(verdict.reason, verdict.path)
        answer = check(properties, "", scene)
        return answer if doubt is None or answer.status is Status.PASS else doubt

    return decide
