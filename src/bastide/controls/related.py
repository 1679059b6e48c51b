"""``related``: whether there is a resource of another type that belongs to this one and is as it should be.

The one idea: the index of ``neighbours`` finds it in constant time; a type that could not be listed, or a resource that
does not say where it belongs, makes the answer UNKNOWN unless another one decides it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bastide.controls.check import Check, Scene
from bastide.controls.compile import compile_condition
from bastide.controls.condition import Condition, Related
from bastide.controls.lookup import reader
from bastide.controls.neighbours import anywhere, beside, gap_at, having
from bastide.model import PASS, Resource, Status, Unknown, Value, Verdict, fail, unknown

Found = tuple[list[Resource], Unknown | None]
Finder = Callable[[Scene], Found]


def relate(condition: Condition, values: Mapping[str, Value]) -> Check:
    """The check of a condition that has ``related``: PASS when there is one, else UNKNOWN or FAIL."""
    related = condition.related
    assert related is not None
    where = compile_condition(related.where, values, relate) if related.where is not None else None
    find = _referring(related) if related.property else _in_place(related)
    missing = unknown(f"no {related.type} that it belongs to is in the estate", _own(related))
    reason = condition.otherwise or f"there is no {related.type} as it should be"
    path = _own(related)

    def check(value: Value, at: str, scene: Scene) -> Verdict:
        found, gap = find(scene)
        doubt = unknown(gap, path) if gap is not None else None
        for other in found:
            verdict = where(other.properties, "", Scene(other, scene.estate)) if where else PASS
            if verdict.status is Status.PASS:
                return PASS
            if verdict.status is Status.UNKNOWN:
                doubt = doubt or unknown(f"{other.type} {other.id}, {verdict.path}: {verdict.reason}", path)
        if related.missing == "unknown" and not found:
            return doubt or missing
        return doubt or fail(reason, path)

    return check


def _own(related: Related) -> str:
    """The property of this resource that says which other one is meant; empty when its own name does."""
    return next((name for name in related.refers_to if not name.startswith("$")), "") if related.property else ""


def _in_place(related: Related) -> Finder:
    """Those of the same region (or account-wide), or of the whole account."""

    def find(scene: Scene) -> Found:
        resource, estate = scene
        if related.within == "account":
            all_ = anywhere(estate, related.type, resource.account)
            return ([], all_) if isinstance(all_, Unknown) else (list(all_), None)
        gap = gap_at(estate, related.type, resource.account, resource.region)
        places = dict.fromkeys((resource.region, "global"))
        return [one for place in places for one in estate.in_place(related.type, resource.account, place)], gap

    return find


def _referring(related: Related) -> Finder:
    """Those whose property is what this resource is called by, or what one of its own properties says."""
    path = "" if related.property == "$id" else related.property
    names = tuple(map(_name, related.refers_to))

    def find(scene: Scene) -> Found:
        resource, estate = scene
        found: list[Resource] = []
        gap: Unknown | None = None
        for value in dict.fromkeys(value for name in names for value in name(resource)):
            everywhere = related.within == "organization" and not isinstance(value, Unknown)
            others = (having if everywhere else partial(beside, resource))(estate, related.type, path, value)
            if isinstance(others, Unknown):
                gap = others if gap is None else gap
            else:
                found += others
        return found, None if found else gap

    return find


def _name(name: str) -> Callable[[Resource], tuple[Value, ...]]:
    """What a resource is called by: its id and each part of an id of several parts, its ARN, or a property."""
    if name == "$id":
        return lambda resource: (resource.id, *(resource.id.split("|") if "|" in resource.id else ()))
    if name == "$arn":
        return lambda resource: (resource.arn,) if resource.arn else ()
    read = reader(name)

    def of_property(resource: Resource) -> tuple[Value, ...]:
        value = read(resource.properties)
        return () if value is None or value == "" else (_scalar(value),)

    return of_property


def _scalar(value: Value) -> Value:
    """A value that can name something; Unknown for a list or an object."""
    return Unknown("not a name") if isinstance(value, Mapping | list) else value
