"""Which guardrails are on: a level, and what a part of the organization says by name.

Levels add up: what is on at ``relaxed`` is on at ``standard``, and that at ``strict``. Guardrails of level ``chosen``
are on only by name. ``warn`` means: not attached, but watched by the controls that see the same thing, because a
service control policy knows no trial run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bastide.errors import InputError, Problem
from bastide.iam.vocabulary import suggest
from bastide.model import Statement
from bastide.prove.guardrail import LEVELS, Guardrail, all_guardrails, shared_parameters
from bastide.prove.render import Parameters, render

WARN = "warn"
Override = bool | str | Parameters


@dataclass(frozen=True, slots=True)
class Choice:
    """A guardrail that is on, enforced or only watched, with the parameters that differ from its defaults."""

    guardrail: Guardrail
    warn: bool = False
    parameters: Parameters = field(default_factory=dict)

    def statements(self, shared: Parameters) -> tuple[Statement, ...]:
        """Its statements; ``shared`` holds values of parameters that many guardrails have, and may hold more.

        Raises:
            InputError: a parameter is missing, unknown or empty.
        """
        given = {name: value for name, value in shared.items() if name in self.guardrail.parameters}
        return render(self.guardrail, {**given, **self.parameters})


def guardrails_for(
    level: str, overrides: Mapping[str, Override] | None = None, library: Mapping[str, Guardrail] | None = None
) -> tuple[Choice, ...]:
    """Guardrails that are on, sorted by name.

    ``overrides``: name of a guardrail or a group → True, False, ``"warn"``, or parameters (then it is on).

    Raises:
        InputError: no such level, guardrail, group or setting; all of them at once.
    """
    known = all_guardrails() if library is None else library
    if level not in LEVELS:
        raise InputError(f"no such guardrail level: {level!r}", fix=suggest(level, LEVELS))
    on = {name: Choice(one) for name, one in known.items() if one.default in LEVELS[: LEVELS.index(level) + 1]}
    problems: list[Problem] = []
    # Groups first, so that a name can still say otherwise about one member.
    for key, setting in sorted((overrides or {}).items(), key=lambda item: item[0] in known):
        names = [key] if key in known else [name for name, one in known.items() if one.group == key]
        problems += _wrong_override(key, setting, names, known)
        for name in names:
            on.pop(name, None)
            if setting is not False:
                on[name] = _choice(known[name], setting)
    if problems:
        raise InputError.of(problems)
    return tuple(on[name] for name in sorted(on))


def _choice(guardrail: Guardrail, setting: Any) -> Choice:
    if isinstance(setting, Mapping):
        known = guardrail.parameters  # a group's parameters reach the members that have them
        return Choice(guardrail, parameters={name: value for name, value in setting.items() if name in known})
    return Choice(guardrail, warn=setting == WARN)


def _wrong_override(key: str, setting: Any, names: list[str], known: Mapping[str, Guardrail]) -> list[Problem]:
    groups = {one.group for one in known.values() if one.group}
    if not names:
        return [Problem(f"no such guardrail: {key!r}", fix=suggest(key, [*known, *groups]))]
    if isinstance(setting, Mapping):
        allowed = {name for guardrail in names for name in known[guardrail].parameters}
        return [
            Problem(f"guardrail {key} has no parameter {name!r}", fix=suggest(str(name), allowed))
            for name in setting
            if name not in allowed
        ]
    if isinstance(setting, bool) or setting == WARN:
        return []
    return [Problem(f"guardrail {key} cannot be set to {setting!r}", fix="write true, false, warn or its parameters")]


def missing_parameters(choices: tuple[Choice, ...], shared: Parameters) -> tuple[str, ...]:
    """Names of shared parameters that the choices need and ``shared`` does not hold, sorted."""
    needed = {
        name
        for choice in choices
        for name, parameter in choice.guardrail.parameters.items()
        if parameter.default is None and name not in choice.parameters
    }
    return tuple(sorted((needed & shared_parameters().keys()) - shared.keys()))
