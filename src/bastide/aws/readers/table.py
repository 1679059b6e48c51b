"""What a table of readers holds.

A type's ``steps`` are calls, each made for every item of the step before (``batch`` hands over that many at once).
``with`` gives a call's parameters, ``items`` where its items stand, both as JMESPath over ``this`` (the item),
``above`` (the context of the step before) and the names of ``details``, which are calls made for each resource whose
answer some property needs. ``absent`` are error codes that mean that there is none. ``account``, ``region`` and
``partition`` are known everywhere.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"given": "with"}):
    """One call; ``items`` of an answer, or the answer itself. ``document``: a member of it that is JSON text of all.

    Without a ``call`` the items come from the context itself. ``region``: where the service is, when it is not here.
    """

    call: str = ""
    items: str = "@"
    given: dict[str, Any] = {}
    batch: int = 0
    absent: tuple[str, ...] = ()
    document: str = ""
    service: str = ""
    region: str = ""


class TypeTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one type is listed. ``id`` parts are joined by ``|``. ``shape``: what is laid over the registry's names."""

    steps: tuple[Step, ...]
    id: str | tuple[str, ...]
    arn: str = ""
    where: str = ""
    scope: Literal["region", "account"] = "region"
    shape: str = "this"
    details: dict[str, Step] = {}
    properties: dict[str, str] = {}


class ServiceTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file: the boto3 service, and its types."""

    service: str
    types: dict[str, TypeTable]
