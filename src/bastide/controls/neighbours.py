"""Resources that belong to another one: found by a property, in constant time.

The one idea: an index per estate, type and property, built on first use and dropped with the estate. A collection gap
is answered as Unknown, so that nobody concludes from what was not read.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Mapping

from bastide.model import GLOBAL, Estate, Resource, Unknown, Value
from bastide.model.provisional import tokens_in

Index = dict[Value, tuple[Resource, ...]]
# What means one thing in all regions: an ARN, and an id that AWS chose (vpc-0123456789abcdef0).
EVERYWHERE_ONE = re.compile(r"arn:|[a-z]+-[0-9a-f]{8}(?:[0-9a-f]{9})?\Z")
UNPLACED = ("Unknown",)  # the value under which resources stand whose property could not be read

_INDEXES: dict[int, tuple[weakref.ref[Estate], dict[tuple[str, str], Index]]] = {}


def having(estate: Estate, resource_type: str, path: str, value: Value) -> tuple[Resource, ...]:
    """Resources of a type, in any account, whose property at ``path`` (their id for an empty path) is ``value``."""
    if isinstance(value, Unknown | Mapping | list):
        return ()
    return _index(estate, resource_type, path).get(value, ())


def beside(
    resource: Resource, estate: Estate, resource_type: str, path: str, value: Value
) -> tuple[Resource, ...] | Unknown:
    """As ``having``, of the account of ``resource`` only, and of its region where names are regional.

    Unknown when the type could not be listed there, or there is none but one that does not say where it belongs.
    """
    if isinstance(value, Unknown):
        return value
    gap = gap_at(estate, resource_type, resource.account, resource.region)
    if gap is not None:
        return gap
    found = tuple(one for one in having(estate, resource_type, path, value) if _near(resource, one, value))
    gap = None if found else unplaced(resource, estate, resource_type, path)
    return found if gap is None else gap


def _near(resource: Resource, other: Resource, value: Value) -> bool:
    """Whether the other lies where the name means one: two regions may each have a parameter group of that name."""
    if other.account != resource.account:
        return False
    if resource.region == GLOBAL or other.region in (GLOBAL, resource.region) or other.type.startswith("AWS::S3::"):
        return True
    return isinstance(value, str) and (EVERYWHERE_ONE.match(value) is not None or bool(tokens_in(value)))


def unplaced(resource: Resource, estate: Estate, resource_type: str, path: str) -> Unknown | None:
    """Why a resource of the type may belong here although it does not say so; None when all say where they belong.

    What is given at deployment cannot be made by that very deployment: a parameter of a template, or a name that it
    does not have, is no resource of the same template.
    """
    lost = having(estate, resource_type, path, UNPLACED)
    reasons = ((one, one.get(path)) for one in lost if one.account == resource.account)
    return next((why for one, why in reasons if isinstance(why, Unknown) and not _given(why, one, resource)), None)


def _given(reason: Unknown, one: Resource, resource: Resource) -> bool:
    made_together = (
        one.origin.source == resource.origin.source == "template" and one.origin.file == resource.origin.file
    )
    return reason.unwritten and made_together


def called(resource: Resource, path: str) -> str | Unknown:
    """What others call a resource by: the property, else its id; a provisional id stands in for an unread one."""
    name = resource.get(path)
    if isinstance(name, Unknown):
        return resource.id if tokens_in(resource.id) else name
    return name if isinstance(name, str) and name else resource.id


def gap_at(estate: Estate, resource_type: str, account: str, region: str) -> Unknown | None:
    """Why a type could not be listed in a place, be it regional or account-wide; None when it could."""
    if not estate.gaps:
        return None
    for place in (region, GLOBAL):
        listed = estate.listed(resource_type, account, place)
        if isinstance(listed, Unknown):
            return listed
    return None


def anywhere(estate: Estate, resource_type: str, account: str) -> tuple[Resource, ...] | Unknown:
    """Resources of a type in all regions of one account; Unknown when there are none but a region was not listed."""
    found = tuple(
        resource for region in (GLOBAL, *estate.regions) for resource in estate.in_place(resource_type, account, region)
    )
    if not found:
        gaps = (gap_at(estate, resource_type, account, region) for region in (GLOBAL, *estate.regions))
        return next((gap for gap in gaps if gap is not None), found)
    return found


def _index(estate: Estate, resource_type: str, path: str) -> Index:
    known = _INDEXES.get(id(estate))
    if known is None or known[0]() is not estate:
        key = id(estate)
        known = _INDEXES[key] = (weakref.ref(estate, lambda _: _INDEXES.pop(key, None)), {})
    indexes = known[1]
    if (resource_type, path) not in indexes:
        indexes[resource_type, path] = _built(estate.of_type(resource_type), path)
    return indexes[resource_type, path]


def _built(resources: tuple[Resource, ...], path: str) -> Index:
    found: dict[Value, list[Resource]] = {}
    for resource in resources:
        value = resource.get(path) if path else resource.id
        if isinstance(value, Unknown):
            value = UNPLACED
        if not isinstance(value, Mapping | list):
            found.setdefault(value, []).append(resource)
    return {value: tuple(members) for value, members in found.items()}
