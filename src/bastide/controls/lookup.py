"""Where a property lies in a resource: a path that was split once, and values read as what they are meant to be.

The one idea: templates write booleans and numbers as text, so text is understood; anything else of a wrong kind is
Unknown and says where. ``Features[Name=EKS_AUDIT_LOGS].Status`` names an element of a list by one of its own
properties. It judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bastide.model import Unknown, Value

STEP = re.compile(r"(?P<name>[^.\[\]=]+)(?:\[(?P<key>[^\]=]+)=(?P<value>[^\]]+)\])?(?:\.(?=.)|$)")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a property, and for an element of a list which of its properties has which value."""

    name: str
    key: str = ""
    value: str = ""


def parse_path(path: str) -> tuple[Step, ...]:
    """The steps of a path; none for the empty one.

    Raises:
        ValueError: it is not a path.
    """
    steps, place = [], 0
    while place < len(path):
        match = STEP.match(path, place)
        if match is None:
            raise ValueError(f"not a property path: {path!r}")
        steps.append(Step(match["name"], match["key"] or "", match["value"] or ""))
        place = match.end()
    return tuple(steps)


def generic(path: str) -> str:
    """The path with ``*`` for chosen elements: ``Features.*.Status``."""
    return ".".join(step.name + (".*" if step.key else "") for step in parse_path(path))


def reader(path: str) -> Callable[[Value], Value]:
    """A function from properties to the value at ``path``: None when absent, Unknown when unread or of a wrong kind."""
    steps = parse_path(path)
    if len(steps) == 1 and not steps[0].key:
        name = steps[0].name

        def read_one(value: Value) -> Value:
            return value.get(name) if type(value) is dict else _inside(value, name)

        return read_one

    def read(value: Value) -> Value:
        for step in steps:
            value = value.get(step.name) if type(value) is dict else _inside(value, step.name)
            if step.key:
                value = _chosen(value, step)[0]
            if value is None:
                return None
        return value

    return read


def placer(path: str) -> Callable[[Value], str]:
    """A function from properties to the path that was really read, elements as numbers."""
    steps = parse_path(path)
    if not any(step.key for step in steps):
        return lambda value: path

    def place(value: Value) -> str:
        read: list[str] = []
        for step in steps:
            value = _inside(value, step.name)
            read.append(step.name)
            if step.key:
                value, index = _chosen(value, step)
                if index < 0:
                    return ".".join(read)
                read.append(str(index))
        return ".".join(read)

    return place


def _inside(value: Value, name: str) -> Value:
    if value is None or isinstance(value, Unknown):
        return value
    if isinstance(value, Mapping):
        return value.get(name)
    return Unknown(f"not an object with {name}: {_shown(value)}")


def _chosen(value: Value, step: Step) -> tuple[Value, int]:
    """The element that the step means and its place; Unknown when an element that could be it does not tell."""
    if value is None or isinstance(value, Unknown):
        return value, -1
    if not isinstance(value, list | tuple):
        return Unknown(f"not a list: {_shown(value)}"), -1
    doubt: Unknown | None = None
    for index, element in enumerate(value):
        name = _inside(element, step.key)
        if isinstance(name, Unknown):
            doubt = name if doubt is None else doubt
        elif name == step.value:
            return element, index
    return doubt, -1


def elements_of(value: Value) -> list[Value] | tuple[Value, ...] | Unknown:
    """The elements of a list, none where there is none; Unknown where it is no list."""
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else _wrong(value, "a list")


def truth(value: Value) -> bool | Unknown:
    """A boolean, also written as text; Unknown for anything else."""
    if value is True or value is False:
        return bool(value)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return _wrong(value, "a boolean")


def number(value: Value) -> float | Unknown:
    """A number, also written as text; Unknown for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    try:
        return float(value) if isinstance(value, str) else _wrong(value, "a number")
    except ValueError:
        return _wrong(value, "a number")


def text(value: Value) -> str | Unknown:
    """A text; booleans and numbers as JSON writes them; Unknown for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else _wrong(value, "a text")


def _wrong(value: Value, wanted: str) -> Unknown:
    """Why a value does not count; an Unknown keeps its own reason."""
    return value if isinstance(value, Unknown) else Unknown(f"not {wanted}: {_shown(value)}")


def _shown(value: Value) -> str:
    """What kind of value it is; never the value itself, which may be secret."""
    return {dict: "an object", list: "a list", str: "a text", bool: "a boolean"}.get(type(value), type(value).__name__)
