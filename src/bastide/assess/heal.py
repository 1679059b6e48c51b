"""The desired state that turns FAIL into PASS, for the findings whose repair needs no judgement.

The one idea: a control says its own repair, as values by path or as a function; here they are laid over the resource
as it was observed, one after the other. What comes out is an ordinary desired resource: the plan shows it, a person
applies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bastide.controls.control import Control
from bastide.model import Estate, Finding, Properties, Resource, ResourceKey, Status, Value
from bastide.model.unknown import unknowns_in


def healed(estate: Estate, findings: Iterable[Finding], controls: Iterable[Control]) -> tuple[Resource, ...]:
    """Desired resources for the FAILs that can be healed, sorted by key; several heals of one resource are merged.

    Properties that are Unknown are left out: nobody may desire what could not be read.
    """
    by_id = {control.id: control for control in controls}
    found: dict[ResourceKey, Resource] = {}
    for finding in sorted(findings, key=lambda one: (one.resource, one.control)):
        control = by_id.get(finding.control)
        resource = found.get(finding.resource) or estate.by_key.get(finding.resource)
        if finding.status is Status.FAIL and control and control.heal is not None and resource:
            found[resource.key] = resource.with_properties(repaired(control, resource))
    return tuple(_known(found[key]) for key in sorted(found))


def repaired(control: Control, resource: Resource) -> Properties:
    """The properties of a resource after the control's heal; the same as before where it has none."""
    if control.heal is None:
        return resource.properties
    if not isinstance(control.heal, Mapping):
        return control.heal(resource)
    properties: Properties = resource.properties
    for path, value in control.heal.items():
        properties = with_value(properties, path.split("."), value)
    return properties


def with_value(properties: Value, path: list[str], value: Value) -> dict[str, Value]:
    """A copy of nested mappings with the value at the path; missing mappings on the way are made."""
    copy = dict(properties) if isinstance(properties, Mapping) else {}
    copy[path[0]] = value if len(path) == 1 else with_value(copy.get(path[0]), path[1:], value)
    return copy


def _known(resource: Resource) -> Resource:
    return resource.with_properties(
        {name: value for name, value in resource.properties.items() if not unknowns_in(value)}
    )
