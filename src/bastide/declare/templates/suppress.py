"""What a template says is meant to be so: findings that its author has looked at and accepts.

The one idea: the words that AWS's tools already read. ``Metadata.guard.SuppressedRules`` names rules of AWS Config or
of the Guard Rules Registry (or our controls), ``Metadata.cfn_nag.rules_to_suppress`` the rules of cfn_nag that the
registry's take the place of, ``Metadata.bastide.suppress`` controls with a reason. ``accepted_names.yaml`` tells what
names mean that are neither Config's nor ours.

Source: AWS Guard Rules Registry, README, "Suppressing rules"; its rules, which read the suppressions of cfn_nag too.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from bastide.declare.templates.template import Note
from bastide.declare.templates.tree import Map

Place = tuple[str, str]  # file and logical id
NAG = ("cfn_nag", "cfn-nag")  # Guard finds a key in either spelling
UNSAID = "suppressed in the template, without a reason"


def suppressions(trees: Mapping[str, Any]) -> dict[Place, dict[str, str]]:
    """The reason by rule or control in lower case with hyphens, for each resource that suppresses any."""
    found: dict[Place, dict[str, str]] = {}
    for file, logical, metadata in _metadata(trees):
        reasons = dict(_named(metadata))
        if reasons:
            found[file, logical] = reasons
    return found


def unheard(trees: Mapping[str, Any], known: Collection[str]) -> Iterator[Note]:
    """What ``bastide.suppress`` asks in vain: of a control that is none of the ``known``, or without a reason.

    Rules of Guard are not checked: a file may well name those of other registries.
    """
    for file, logical, metadata in _metadata(trees):
        own = metadata.get("bastide")
        listed = own.get("suppress") if isinstance(own, Mapping) else None
        if listed is None:
            continue
        line = own.lines.get("suppress", 0) if isinstance(own, Map) else 0
        for item in listed if isinstance(listed, list) else [listed]:
            why = _in_vain(item, known)
            if why:
                at = item.line if isinstance(item, Map) and item.line else line
                yield Note(file, at, f"{logical}: nothing is accepted by bastide.suppress: {why}")


def _in_vain(item: Any, known: Collection[str]) -> str:
    if not isinstance(item, Mapping) or not isinstance(item.get("control"), str):
        return "write a list of {control: …, reason: …}"
    name = _slug(item["control"])
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        return f"there is no control {item['control']}{f'; did you mean {near[0]}?' if near else ''}"
    return "" if item.get("reason") else f"{name} has no reason"


def _metadata(trees: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """File, logical id and metadata of each resource that has any."""
    for file, tree in trees.items():
        resources = tree.get("Resources") if isinstance(tree, Mapping) else None
        for logical, resource in resources.items() if isinstance(resources, Mapping) else ():
            metadata = resource.get("Metadata") if isinstance(resource, Mapping) else None
            if isinstance(metadata, Mapping):
                yield file, str(logical), metadata


def _named(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, reason in _of_guard(metadata.get("guard")):
        yield from ((meant, reason) for meant in (name, *_meanings()["guard"].get(name, ())))
    for key in NAG:
        nag = metadata.get(key)
        for item in _list(nag.get("rules_to_suppress") if isinstance(nag, Mapping) else None):
            if isinstance(item, Mapping):
                meant = _meanings()["cfn_nag"].get(str(item.get("id")), ())
                yield from ((name, str(item.get("reason") or UNSAID)) for name in meant)
    own = metadata.get("bastide")
    for item in _list(own.get("suppress") if isinstance(own, Mapping) else None):
        if isinstance(item, Mapping) and isinstance(item.get("control"), str) and item.get("reason"):
            yield _slug(item["control"]), str(item["reason"])


def _of_guard(guard: Any) -> Iterator[tuple[str, str]]:
    """Names and reasons of ``SuppressedRules``: a list of names, or of {name: reason}."""
    for rule in _list(guard.get("SuppressedRules") if isinstance(guard, Mapping) else None):
        if isinstance(rule, str):
            yield _slug(rule), UNSAID
        elif isinstance(rule, Mapping):
            yield from ((_slug(str(name)), str(reason or UNSAID)) for name, reason in rule.items())


@cache
def _meanings() -> Mapping[str, Mapping[str, list[str]]]:
    """For the names of each tool, the rules of Config and controls of ours that they mean."""
    text = (files("bastide.declare.templates") / "accepted_names.yaml").read_text(encoding="utf-8")
    meanings: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load(text)
    return meanings


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _slug(name: str) -> str:
    return name.strip().lower().replace("_", "-")
