"""Standards as they stand in their files: requirements, and the controls that each rests on.

The one idea: a requirement names controls by what others call them (a Security Hub id, an AWS Config managed rule), so
that a control counts as soon as it exists. Which of them exist is decided in ``coverage``.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from bastide.errors import InputError, Problem

FIELDS = ("name", "version", "date", "prefix", "own_mapping_covers", "source", "requirements")
REQUIREMENT_FIELDS = ("id", "title", "level", "controls", "manual")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: its id in the standard, our own title, and what it rests on.

    ``controls`` are references: a Security Hub id (``S3.8``), ``rule:`` and a Config managed rule, or ``slug:`` and
    a control of ours. ``manual`` says what only people can show; ``level`` is a CIS profile (0 where there is none).
    """

    id: str
    title: str
    controls: tuple[str, ...] = ()
    manual: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Standard:
    """One standard. ``date`` is the day its mapping was made; ``prefix`` is what ``Control.maps_to`` calls it by.

    ``own_mapping_covers``: a control that maps to one of its requirements by id was written for that requirement, so
    that references nobody answers yet are no gap of it.
    """

    slug: str
    name: str
    version: str
    date: str
    prefix: str
    source: str
    requirements: tuple[Requirement, ...]
    own_mapping_covers: bool = False

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"


@cache
def all_standards() -> dict[str, Standard]:
    """Every shipped standard by slug, sorted.

    Raises:
        InputError: a file is wrong.
    """
    folder = resources.files("bastide.standards") / "data"
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    return {
        slug: parse_standard(one.read_text(encoding="utf-8"), slug)
        for one in found
        if (slug := one.name.removesuffix(".yaml"))
    }


def find_standard(slug: str) -> Standard:
    """The standard of that slug, or of a part of it that only one has: ``pci``, ``nist``.

    Raises:
        InputError: there is none, or there are several; the nearest is named.
    """
    known = all_standards()
    if slug in known:
        return known[slug]
    meant = [name for name in known if slug and f"-{slug}-" in f"-{name}-"]
    if len(meant) == 1:
        return known[meant[0]]
    if meant:
        raise InputError(f"there is no standard {slug!r}: it may be {len(meant)}", fix=f"one of {', '.join(meant)}")
    near = difflib.get_close_matches(slug, known, n=1)
    fix = f"did you mean {near[0]}?" if near else f"one of {', '.join(known)}"
    raise InputError(f"there is no standard {slug!r}", fix=fix)


def parse_standard(text: str, slug: str) -> Standard:
    """The standard that a YAML text describes.

    Raises:
        InputError: not YAML, a field that is missing or unknown, a requirement twice; all that is wrong is said.
    """
    try:
        document = yaml.load(text, yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise InputError(f"this is not YAML: {error}", slug) from error
    problems = _problems(document, slug)
    if problems:
        raise InputError.of(problems)
    return Standard(
        slug,
        str(document["name"]),
        str(document["version"]),
        str(document["date"]),
        str(document["prefix"]),
        str(document["source"]),
        tuple(_requirement(one) for one in document["requirements"]),
        bool(document.get("own_mapping_covers", False)),
    )


def _problems(document: Any, slug: str) -> list[Problem]:
    if not isinstance(document, Mapping):
        return [Problem("a standard is a mapping", slug)]
    found = _fields(document, FIELDS, ("own_mapping_covers",), slug)
    requirements = document.get("requirements")
    if not isinstance(requirements, list) or not requirements:
        return [*found, Problem("requirements is not a list with something in it", slug)]
    seen: set[str] = set()
    for number, one in enumerate(requirements):
        where = f"{slug} requirements[{number}]"
        if not isinstance(one, Mapping):
            found.append(Problem("a requirement is a mapping", where))
            continue
        found += _fields(one, REQUIREMENT_FIELDS, ("level", "controls", "manual"), where)
        if str(one.get("id")) in seen:
            found.append(Problem(f"requirement {one['id']} is there twice", where))
        seen.add(str(one.get("id")))
    return found


def _fields(given: Mapping[str, Any], known: tuple[str, ...], optional: tuple[str, ...], where: str) -> list[Problem]:
    missing = [Problem(f"{name} is missing", where) for name in known if name not in given and name not in optional]
    return missing + [Problem(f"{name!r} is not a field here", where) for name in given if name not in known]


def _requirement(given: Mapping[str, Any]) -> Requirement:
    controls = tuple(str(one) for one in given.get("controls", ()))
    return Requirement(
        str(given["id"]), str(given["title"]), controls, str(given.get("manual", "")), int(given.get("level", 0))
    )
