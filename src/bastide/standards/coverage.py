"""Which controls of ours a requirement rests on, and which of its references nobody answers yet.

The one idea: resolution happens against the controls that exist now, never against a list that somebody keeps.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bastide.controls import Control
from bastide.standards.rules import answering, hub_ids, managed_rules
from bastide.standards.standard import Requirement, Standard


@dataclass(frozen=True, slots=True)
class Coverage:
    """One requirement with its controls, sorted by id, and the references that no control answers."""

    requirement: Requirement
    controls: tuple[Control, ...] = ()
    missing: tuple[str, ...] = ()


def coverage(standard: Standard, controls: Iterable[Control]) -> tuple[Coverage, ...]:
    """The coverage of every requirement, in the standard's order."""
    controls = tuple(controls)
    answers: dict[str, tuple[Control, ...]] = {}
    return tuple(_covered(standard, one, controls, answers) for one in standard.requirements)


def _covered(
    standard: Standard, requirement: Requirement, controls: tuple[Control, ...], answers: dict[str, tuple[Control, ...]]
) -> Coverage:
    own = tuple(one for one in controls if f"{standard.prefix}:{requirement.id}" in one.maps_to)
    found = {one.id: one for one in own}
    missing = []
    for reference in requirement.controls:
        if reference not in answers:
            answers[reference] = answers_to(reference, controls)
        found.update((one.id, one) for one in answers[reference])
        if not answers[reference]:
            missing.append(reference)
    gaps = () if own and standard.own_mapping_covers else tuple(missing)
    return Coverage(requirement, tuple(found[name] for name in sorted(found)), gaps)


def answers_to(reference: str, controls: Iterable[Control]) -> tuple[Control, ...]:
    """The controls that a reference means: ``S3.8``, ``rule:restricted-ssh`` or ``slug:iam-root-mfa``."""
    kind, _, name = reference.rpartition(":")
    if kind == "slug":
        return tuple(one for one in controls if one.id == name)
    if kind == "rule":
        rule = managed_rules().get(name)
        return answering(rule, controls) if rule else tuple(one for one in controls if one.config_rule == name)
    return tuple(one for one in controls if name in hub_ids(one))


def controls_of(covered: Iterable[Coverage]) -> tuple[Control, ...]:
    """Every control that some requirement rests on, once, sorted by id."""
    found = {control.id: control for one in covered for control in one.controls}
    return tuple(found[name] for name in sorted(found))
