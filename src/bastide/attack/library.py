"""All techniques, read from the files of ``techniques``: a new file is a new technique, registered nowhere."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib import import_module
from inspect import cleandoc
from pkgutil import iter_modules

from bastide.attack import techniques
from bastide.attack.technique import TACTICS, Script
from bastide.errors import InputError, Problem


@cache
def all_techniques() -> tuple[Script, ...]:
    """Every technique, in the order of an intrusion, then by id."""
    names = sorted(found.name for found in iter_modules(techniques.__path__))
    scripts = [_script(name) for name in names]
    return tuple(sorted(scripts, key=lambda one: (TACTICS.index(one.technique.tactic), one.technique.id)))


def _script(name: str) -> Script:
    module = import_module(f"{techniques.__name__}.{name}")
    said = replace(module.TECHNIQUE, id=name.replace("_", "-"), story=cleandoc(module.__doc__ or ""))
    return Script(said, module.prepare, module.attack, module.succeeded, module.clean_up)


def chosen(only: Iterable[str] = (), tactics: Iterable[str] = ()) -> tuple[Script, ...]:
    """The techniques named by id or MITRE id (a parent's id means its sub-techniques, too), of the tactics named.

    Raises:
        InputError: a name is no technique's or a tactic is none; or nothing is left.
    """
    ids, wanted = list(only), list(tactics)
    problems = [*_unknown_tactics(wanted), *_unknown_ids(ids)]
    if problems:
        raise InputError.of(problems)
    found = tuple(
        one
        for one in all_techniques()
        if (not ids or any(_is(one, id) for id in ids)) and (not wanted or one.technique.tactic in wanted)
    )
    if not found:
        raise InputError(
            "no technique is both of those ids and of those tactics", fix="bastide attack --list shows all"
        )
    return found


def _is(script: Script, id: str) -> bool:
    known = script.technique.mitre
    return script.technique.id == id or id in known or any(one.startswith(f"{id}.") for one in known)


def _unknown_tactics(tactics: Iterable[str]) -> list[Problem]:
    return [
        Problem(f"{one!r} is no tactic", "--tactic", f"one of {', '.join(TACTICS)}")
        for one in tactics
        if one not in TACTICS
    ]


def _unknown_ids(ids: Iterable[str]) -> list[Problem]:
    known = [one.technique.id for one in all_techniques()]
    return [
        Problem(f"there is no technique {id!r}", "--only", _fix(id, known))
        for id in ids
        if not any(_is(one, id) for one in all_techniques())
    ]


def _fix(id: str, known: list[str]) -> str:
    near = difflib.get_close_matches(id, known, n=1)
    return f"did you mean {near[0]}?" if near else "bastide attack --list shows all"
