"""ARN templates: which parameters of an operation fill which resource types' ARNs, worked out once an operation.

One idea: botocore's parameter names and the reference's blanks are written by the same people and mostly agree; the
table ``parameters`` holds the rest. It knows no call.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from bastide.iam.lint import catalog
from bastide.sandbox import moto
from bastide.sandbox.authorize.parameters import BLANKS, ONLY, TYPES

HOLE = re.compile(r"\$\{([^}]*)\}")
PLACES = ("Partition", "Region", "Account")
# Parameters that name whatever the operation is about, as an ARN.
ARNS = ("ResourceArn", "resourceArn", "ResourceARN", "Arn", "arn", "resourceARN", "ResourceArns", "resourceArns")
# … or by name or id, where the action has one type only.
NAMES = ("Name", "name", "Id", "id", "Identifier", "identifier", "ResourceId", "resourceId", "Names", "Ids")


@dataclass(frozen=True, slots=True)
class Type:
    """One resource type of an action: its template, the parameters that name it, and those that fill other blanks."""

    service: str
    name: str
    template: str
    required: bool
    members: tuple[str, ...]
    blanks: tuple[tuple[str, tuple[str, ...]], ...]  # all but the last, outermost first
    optional: bool = False  # whether a call may leave the name out, and is then about all of them

    @property
    def last(self) -> str:
        """The blank that the naming parameter fills; empty when there is none."""
        found = [name for name in HOLE.findall(self.template) if name not in PLACES]
        return found[-1] if found else ""


@lru_cache(maxsize=8192)
def types(service: str, operation: str, action: str) -> tuple[Type, ...]:
    """The resource types that a call of the operation may name for the action, required ones first."""
    prefix, _, name = action.partition(":")
    row = catalog._DATA.actions._get_actions(prefix).get(name.lower())
    if row is None:
        return ()
    rows = catalog._DATA.resources._get_resources(prefix)
    shape = moto.service_model(service).operation_model(operation).input_shape
    members = tuple(shape.members) if shape is not None else ()
    only = ONLY.get(action.lower())
    uses = [use for use in row["resourceTypes"] if only is None or use["name"].lower() in only]
    sole = sum(1 for use in uses if use["required"]) == 1 or len(uses) == 1
    found = []
    for use in sorted(uses, key=lambda one: not one["required"]):
        kind = use["name"].lower()
        template = rows.get(kind, {}).get("arn", "")
        if template:
            lone = sole and (use["required"] or len(uses) == 1)
            one = _type(prefix, kind, template, bool(use["required"]), members, lone)
            needed = set(shape.required_members) if shape is not None else set()
            found.append(replace(one, optional=bool(one.members) and not needed & set(one.members)))
    return tuple(found)


def _type(prefix: str, kind: str, template: str, required: bool, members: tuple[str, ...], sole: bool) -> Type:
    holes = [name for name in HOLE.findall(template) if name not in PLACES]
    last = holes[-1] if holes else ""
    named = _present(TYPES.get((prefix, kind), ()), members) or _named_like(kind, last, members)
    named += tuple(name for name in ARNS if name in members and name not in named)
    if sole:
        named += tuple(name for name in NAMES if name in members and name not in named)
    blanks = tuple((hole, _fillers(prefix, hole, members)) for hole in holes[:-1])
    return Type(prefix, kind, template, required, named, blanks)


def _fillers(prefix: str, hole: str, members: tuple[str, ...]) -> tuple[str, ...]:
    return _present(BLANKS.get(prefix, {}).get(hole, ()), members) or _named_like("", hole, members)


def _present(wanted: tuple[str, ...], members: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in wanted if name in members)


def _named_like(kind: str, hole: str, members: tuple[str, ...]) -> tuple[str, ...]:
    """The parameters that are called like the type or the blank."""
    wanted: set[str] = set()
    for stem in {_plain(kind), _plain(hole), re.sub(r"(withpath|name|id|arn)$", "", _plain(hole))} - {""}:
        wanted |= {stem + end for end in ("", "s", "id", "ids", "name", "names", "arn", "arns", "identifier")}
    return tuple(name for name in members if _plain(name) in wanted)


def _plain(text: str) -> str:
    return re.sub(r"[-_ /]", "", text).lower()


@cache
def pattern(template: str) -> re.Pattern[str]:
    """What ARNs of the template look like."""
    parts = HOLE.split(template)
    text = "".join(
        (r"[^:/]*" if part in PLACES else ".*") if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
    return re.compile(text, re.DOTALL)


def has_types(action: str) -> bool:
    """Whether an action is about resources at all; those that are not are asked about `*`."""
    prefix, _, name = action.partition(":")
    found = catalog.actions(prefix).get(name.lower())
    return found is not None and bool(found.resource_types)
