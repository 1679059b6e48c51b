"""Tables of types: what a type of another notation is in the registry, and where its values go.

A row is ``name.of.value: Target.Path | converter argument``. A target is relative to the object that the enclosing
block became; ``/`` begins at the resource, ``.`` lays a block's members into the object around it, and null leaves the
value out. ``type`` is the registry type; a type that is ``part of`` another one is laid into the resource that its
values ``by`` name; ``expand`` makes several of one. ``inside`` is the property that holds what the notation has at the
top, ``item`` the list of which a part is one member, ``set`` what the type itself says, ``unset`` what the notation's
provider sends for a property that is left out, where that is not what AWS takes for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bastide.errors import ContractError

KEYS = frozenset({"type", "part of", "by", "expand", "inside", "item", "rows", "set", "unset"})


@dataclass(frozen=True, slots=True)
class Row:
    """Where one value goes: ``target`` (empty: left out), and how it is converted on the way."""

    target: str
    converter: str = ""
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeMap:
    """One type of another notation.

    ``part`` is true for what CloudFormation has as properties of another resource, named by the values ``by``.
    """

    name: str
    type: str
    part: bool = False
    by: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    inside: str = ""
    item: str = ""
    rows: Mapping[str, Row] = field(default_factory=dict)
    set: Mapping[str, Any] = field(default_factory=dict)
    unset: Mapping[str, Any] = field(default_factory=dict)


def parse_tables(document: Any, where: str) -> dict[str, TypeMap]:
    """The types of one decoded table by name.

    Raises:
        ContractError: the table is not in the form above.
    """
    if not isinstance(document, Mapping):
        raise ContractError("a table of types is a mapping", where)
    return {str(name): _type_map(str(name), body, where) for name, body in document.items()}


def _type_map(name: str, body: Any, where: str) -> TypeMap:
    if isinstance(body, str):
        body = {"type": body}
    if not isinstance(body, Mapping) or not KEYS.issuperset(body) or ("type" in body) == ("part of" in body):
        raise ContractError(f"{name}: a type has type or part of, by, expand, set, unset and rows", where)
    rows = {str(path): parse_row(text) for path, text in (body.get("rows") or {}).items()}
    part = "part of" in body
    return TypeMap(
        name=name,
        type=str(body["part of" if part else "type"]),
        part=part,
        by=tuple(str(body.get("by", "")).split()),
        expand=tuple(str(body.get("expand", "")).split()),
        inside=str(body.get("inside", "")),
        item=str(body.get("item", "")),
        rows=rows,
        set=body.get("set") or {},
        unset=body.get("unset") or {},
    )


def parse_row(text: str | None) -> Row:
    """The row in ``Target.Path | converter argument …``."""
    if text is None:
        return Row("")
    target, _, rest = text.partition("|")
    converter, *arguments = rest.split() or [""]
    return Row(target.strip(), converter, tuple(arguments))
