"""What the controls ask for: the types that they judge, and the repaired form of what they can heal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bastide.model import Estate, Origin, Resource, ResourceKey, Status

if TYPE_CHECKING:
    from bastide.assess import Assessment
    from bastide.aws.handler import Lister
    from bastide.controls import Control


def assessed_types(controls: Iterable[Control]) -> set[str]:
    """Every type that some of the controls judges or reads, and that a handler can list."""
    from bastide.aws.registry import kinds

    wanted = {kind for control in controls for kind in (control.resource_type, *control.reads)}
    return wanted & set(kinds())


def assessed_listers(controls: Iterable[Control]) -> dict[str, Lister]:
    """What lists each type that some of the controls judges or reads: its handler, else its reader.

    Only for properties that the controls read of the type is asked; for all of them where a control does not say which,
    or meets the type as a neighbour (see ``asked_properties``).
    """
    from bastide.aws.readers import readers
    from bastide.aws.registry import handlers

    asked = asked_properties(controls)
    found: dict[str, Lister] = {name: one.narrowed(asked[name]) for name, one in handlers().items() if name in asked}
    for name, reader in readers().items():
        if name in asked and name not in found:
            wanted = asked[name]
            found[name] = reader if wanted is None else reader.narrowed(wanted)
    return found


def asked_properties(controls: Iterable[Control]) -> dict[str, set[str] | None]:
    """Paths that the controls read of each type that some of them judges or reads; None where it may be any."""
    asked: dict[str, set[str] | None] = {}
    for control in controls:
        asked.update(dict.fromkeys(control.reads))
        known = asked.setdefault(control.resource_type, set())
        if not control.properties:
            asked[control.resource_type] = None
        elif known is not None:
            known.update(control.properties)
    return asked


def with_healed(
    declared: Estate, observed: Estate, assessment: Assessment, controls: Sequence[Control]
) -> tuple[Estate, int]:
    """The declared estate with the repaired form of what a control can heal; the findings left to a person.

    ``assessment``: of what was observed, by ``controls``. What is declared is repaired by declaring it: its findings
    count as healed.
    """
    from bastide.assess import healed
    from bastide.plan.diff import HEALED

    failures = [finding for finding in assessment.findings if finding.status is Status.FAIL]
    able = {control.id for control in controls if control.heal is not None}
    repaired: dict[ResourceKey, Resource] = {one.key: one for one in healed(observed, failures, controls)}
    reasons: dict[ResourceKey, list[str]] = {}
    for finding in failures:
        if finding.control in able and finding.resource in repaired:
            reasons.setdefault(finding.resource, []).append(finding.control)
    there = {resource.key for resource in declared.resources}
    marked = [
        replace(resource, origin=Origin(HEALED, detail=", ".join(sorted(reasons[key]))), depends_on=())
        for key, resource in repaired.items()
        if key not in there
    ]
    left = sum(finding.control not in able and finding.resource not in there for finding in failures)
    return replace(declared, resources=(*declared.resources, *marked)), left
