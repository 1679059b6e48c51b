"""Stack sets: the template that they hold, and each account and region that they put it into.

The one idea: a stack set is its template, once a place. Accounts that only an organizational unit names are not known
from a template; there the place that is given or assumed stands for them.

Source: CloudFormation Template Reference, AWS::CloudFormation::StackSet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bastide.declare.templates.scope import Settings
from bastide.declare.templates.template import Template
from bastide.declare.templates.tree import Map, Seq
from bastide.model import Unknown, Value

MAX_PLACES = 100  # of one stack set; more are told


def places(template: Template, logical: str) -> tuple[list[Settings], int]:
    """Settings for each place of a stack set, at most a hundred, and how many were left out."""
    values = {key: one for key, one in template.settings.parameters.items() if key.startswith("AWS::")}
    values |= _parameters(template.stated(logical, "Parameters"))
    found: dict[tuple[str, str], dict[str, Value]] = {}
    for account, region, own in _targets(template.stated(logical, "StackInstancesGroup"), template.settings):
        found.setdefault((account, region), {}).update(own)
    made = [
        replace(template.settings, parameters={**values, **own, "AWS::AccountId": account, "AWS::Region": region})
        for (account, region), own in list(found.items())[:MAX_PLACES]
    ]
    return made or [replace(template.settings, parameters=values)], max(len(found) - MAX_PLACES, 0)


def _parameters(given: Value) -> dict[str, Value]:
    """Values by name; of one whose value is not known, Unknown."""
    listed = given if isinstance(given, list) else ()
    return {
        one["ParameterKey"]: one.get("ParameterValue")
        for one in listed
        if isinstance(one, Mapping) and isinstance(one.get("ParameterKey"), str)
    }


def _targets(groups: Value, settings: Settings) -> Iterator[tuple[str, str, dict[str, Value]]]:
    """Account, region, and the parameters that are other ones there."""
    for group in groups if isinstance(groups, list) else ():
        if not isinstance(group, Mapping):
            continue
        targets, regions = group.get("DeploymentTargets"), group.get("Regions")
        accounts = targets.get("Accounts") if isinstance(targets, Mapping) else None
        if isinstance(targets, Mapping) and targets.get("AccountFilterType") == "DIFFERENCE":
            accounts = None  # those are the accounts of the units that it is not put into
        for account in _texts(accounts) or [settings.account]:
            for region in _texts(regions) or [settings.region]:
                yield account, region, _parameters(group.get("ParameterOverrides"))


def _texts(value: Value) -> list[str]:
    return [str(one) for one in value if isinstance(one, str | int)] if isinstance(value, list) else []


def body_of(template: Template, logical: str) -> str | Unknown | None:
    """The template's text that a stack set holds; None where it names a file instead."""
    found = template.stated(logical, "TemplateBody")
    if found is None or isinstance(found, str | Unknown):
        return found
    return Unknown("TemplateBody is not text")


def relined(node: Any, line: int) -> Any:
    """A tree all of which stands on one line: the one of the property that holds its text."""
    if isinstance(node, Map):
        node.line = line
        for key, item in node.items():
            node.lines[key] = line
            relined(item, line)
    elif isinstance(node, Seq):
        node.line, node.lines[:] = line, [line] * len(node)
        for item in node:
            relined(item, line)
    return node
