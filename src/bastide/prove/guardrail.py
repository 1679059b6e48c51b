"""Guardrails as they stand in their files: intent, policy with parameters, and the claims that they have to keep.

The one idea: a file tells the whole story of its guardrail, and nothing is registered by hand. A parameter is written
``<<name>>`` in the policy, which no policy variable (``${aws:…}``) can be mistaken for. What is on where is decided in
``levels``, what the policy means in ``iam``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from bastide.errors import InputError, Problem
from bastide.iam.vocabulary import suggest

SCP = "SERVICE_CONTROL_POLICY"
RCP = "RESOURCE_CONTROL_POLICY"
LEVELS = ("relaxed", "standard", "strict")
CHOSEN = "chosen"  # on only where somebody names it
PLACEHOLDER = re.compile(r"<<([a-z_]+)>>")
REQUIRED = ("name", "intent", "kind", "default", "statements", "rationale", "maps_to", "source", "claims")
OPTIONAL = ("parameters", "group", "absent_denies")

Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A blank of a policy: one text or many. ``default`` is None where the architecture has to fill it in."""

    name: str
    about: str
    default: Value | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One request and whether the guardrail denies it.

    ``principal`` is ``role/…``, ``user/…`` or ``root`` of a member account, ``outside:ACCOUNT:role/…``,
    ``service:NAME`` or ``anonymous``.
    """

    denied: bool
    action: str
    principal: str = "role/developer"
    resource: str = "*"
    context: Mapping[str, str] = field(default_factory=dict)
    because: str = ""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One guardrail. ``statements`` are policy statements as JSON values, with their placeholders in."""

    name: str
    intent: str
    kind: str  # SERVICE_CONTROL_POLICY | RESOURCE_CONTROL_POLICY
    default: str  # the lowest level at which it is on: relaxed | standard | strict, or chosen
    statements: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, Parameter]
    rationale: str
    maps_to: tuple[str, ...]
    source: str
    claims: tuple[Claim, ...]
    group: str = ""
    absent_denies: tuple[str, ...] = ()  # condition keys whose absence is meant to deny


@cache
def all_guardrails() -> Mapping[str, Guardrail]:
    """The library by name, sorted.

    Raises:
        InputError: a file of the library is wrong.
    """
    folder = resources.files("bastide.prove").joinpath("guardrails")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    found = (parse_guardrail(file.read_text(encoding="utf-8"), file.name) for file in files)
    return {guardrail.name: guardrail for guardrail in found}


@cache
def shared_parameters() -> Mapping[str, Parameter]:
    """Parameters that any guardrail may use without declaring them."""
    text = resources.files("bastide.prove").joinpath("parameters.yaml").read_text(encoding="utf-8")
    return _parameters(yaml.safe_load(text))


def parse_guardrail(text: str, where: str = "") -> Guardrail:
    """The guardrail in YAML ``text``.

    Raises:
        InputError: not YAML, an element missing or unknown, or a placeholder without a parameter; all of them at once.
    """
    try:
        value = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise InputError(f"not YAML: {error}", where) from error
    if not isinstance(value, dict):
        raise InputError("a guardrail is a mapping", where)
    own = _parameters(value.get("parameters", {}))
    used = placeholders(value.get("statements"))
    problems = [*_wrong_elements(value), *_wrong_placeholders(used, own)]
    if problems:
        raise InputError.of([Problem(what, where, fix) for what, fix in problems])
    known = {**shared_parameters(), **own}
    claims = value.pop("claims")
    return Guardrail(
        **{name: value[name] for name in ("name", "intent", "kind", "default", "rationale", "source")},
        statements=tuple(value["statements"]),
        parameters={name: known[name] for name in sorted(used)},
        maps_to=tuple(value["maps_to"]),
        claims=(*_claims(claims, True), *_claims(claims, False)),
        group=value.get("group", ""),
        absent_denies=tuple(value.get("absent_denies", ())),
    )


def placeholders(value: Any) -> frozenset[str]:
    """Names of all placeholders anywhere in a JSON value."""
    if isinstance(value, str):
        return frozenset(PLACEHOLDER.findall(value))
    if isinstance(value, Mapping):
        return placeholders([*value.keys(), *value.values()])
    if isinstance(value, list | tuple):
        return frozenset().union(*map(placeholders, value))
    return frozenset()


def _parameters(value: Mapping[str, Mapping[str, Any]]) -> dict[str, Parameter]:
    return {name: Parameter(name, spec["about"], _default(spec.get("default"))) for name, spec in value.items()}


def _default(value: Any) -> Value | None:
    return tuple(value) if isinstance(value, list) else value


def _claims(value: Mapping[str, Any], denied: bool) -> list[Claim]:
    return [Claim(denied=denied, **claim) for claim in value["denied" if denied else "allowed"]]


def _wrong_elements(value: Mapping[str, Any]) -> list[tuple[str, str]]:
    known = (*REQUIRED, *OPTIONAL)
    problems = [(f"a guardrail has no element {key!r}", suggest(str(key), known)) for key in value if key not in known]
    problems += [(f"the guardrail has no {key!r}", "") for key in REQUIRED if not value.get(key)]
    if value.get("kind", SCP) not in (SCP, RCP):
        problems.append((f"no such kind of guardrail: {value['kind']!r}", suggest(str(value["kind"]), (SCP, RCP))))
    if value.get("default", CHOSEN) not in (*LEVELS, CHOSEN):
        problems.append((f"no such level: {value['default']!r}", suggest(str(value["default"]), (*LEVELS, CHOSEN))))
    return problems


def _wrong_placeholders(used: frozenset[str], own: Mapping[str, Parameter]) -> list[tuple[str, str]]:
    known = {**shared_parameters(), **own}
    missing = [(f"no parameter for <<{name}>>", suggest(name, known)) for name in sorted(used - known.keys())]
    return missing + [(f"parameter {name!r} is used nowhere", "") for name in sorted(own.keys() - used)]
