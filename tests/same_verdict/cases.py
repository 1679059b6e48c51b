"""The cases of the controls as worlds, and pools of property values that they are varied from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from bastide.controls import Control, all_controls, cases_of
from bastide.model import Unknown
from tests.same_verdict.differences import REPORTED
from tests.same_verdict.world import ACCOUNT, Part, World, can_be_made, declarable, world_of

MEMBER = "222222222222"  # the account that cases lie in


class Posed(NamedTuple):
    """A case of a control: what it is called, its subject and what lies around it."""

    name: str
    subject: Part
    others: tuple[Part, ...]

    def world(self, *, open: bool = False) -> World | None:
        """Its world; None when it cannot be declared."""
        return world_of(self.subject, self.others, open=open)


@cache
def controls_of() -> Mapping[str, tuple[Control, ...]]:
    """The controls by the type that they judge."""
    types = sorted({one.resource_type for one in all_controls()})
    return {type: tuple(one for one in all_controls() if one.resource_type == type) for type in types}


def makeable_types() -> list[str]:
    """The types that a control judges and a handler makes."""
    return [type for type in controls_of() if can_be_made(type)]


def posed(type: str) -> Iterator[Posed]:
    """The cases of all controls of a type that somebody can declare."""
    for control in controls_of()[type]:
        for case in cases_of(control):
            subject = _part({"type": type, **case["resource"]})
            others = tuple(_part(one) for one in case.get("estate", ()))
            one = Posed(f"{control.id}: {case['name']}", subject, others)
            if one.world() is not None:
                yield one


def _part(said: Mapping[str, Any]) -> Part:
    properties = _revived(said.get("properties") or {})
    return Part(said["type"], str(said.get("id", "one")), properties, _revived(str(said.get("arn", ""))))


def _revived(value: Any) -> Any:
    """The value in the account of the sandbox, with ``{unknown: reason}`` as Unknown."""
    if isinstance(value, Mapping):
        if set(value) == {"unknown"}:
            return Unknown(str(value["unknown"]))
        return {key: _revived(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_revived(one) for one in value]
    return value.replace(MEMBER, ACCOUNT) if isinstance(value, str) else value


@cache
def pool(type: str) -> Mapping[str, tuple[Any, ...]]:
    """The values that the cases of a type give to each property, each once."""
    found: dict[str, list[Any]] = {}
    for one in posed(type):
        for name, value in declarable(type, one.subject.properties).items():
            values = found.setdefault(name, [])
            if value not in values and name not in REPORTED:
                values.append(value)
    return {name: tuple(values) for name, values in sorted(found.items()) if values}
