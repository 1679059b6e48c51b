"""Conformance packs to deploy: the managed rules that a standard or controls ask for, as AWS Config takes them.

The one idea: a pack is a CloudFormation template of rules, and its limits (51,200 bytes, 130 rules) are met by writing
several. Rules ask what the controls ask: they get their parameters, and where those say nothing the ones of AWS's own
published packs. A remediation is added only where AWS publishes a runbook that does just that; it never runs by itself.
Source: AWS Config Developer Guide, "Conformance packs", "Service Limits"; CloudFormation User Guide,
AWS::Config::ConformancePack, AWS::Config::OrganizationConformancePack, AWS::Config::RemediationConfiguration; Systems
Manager Automation Runbook Reference, AWS Config.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import yaml

from bastide.controls import Control
from bastide.standards.coverage import controls_of, coverage
from bastide.standards.pack import spelled
from bastide.standards.rules import ManagedRule, answering, by_security_hub, managed_rules
from bastide.standards.runbooks import RUNBOOKS, Runbook
from bastide.standards.standard import Standard

MOST_BYTES = 51_200
MOST_RULES = 130
MOST_INPUT = 1024  # characters of a rule's InputParameters
ROLE = "AutomationRole"


def rules_for(standard: Standard, controls: Sequence[Control]) -> tuple[ManagedRule, ...]:
    """The managed rules behind a standard's references, whether or not Bastide has a control for them; by name."""
    found: dict[str, ManagedRule] = {}
    for requirement in standard.requirements:
        for reference in requirement.controls:
            kind, _, name = reference.rpartition(":")
            rules = (managed_rules()[name],) if kind == "rule" else by_security_hub().get(name, ()) if not kind else ()
            found.update((rule.name, rule) for rule in rules)
        found.update((rule.name, rule) for rule in _mapped(f"{standard.prefix}:{requirement.id}", controls))
    asking = controls_of(coverage(standard, controls))
    return tuple(as_asked(found[name], asking) for name in sorted(found))


def as_asked(rule: ManagedRule, controls: Iterable[Control]) -> ManagedRule:
    """The rule with the parameters that those of the controls give it that stand on it, so that it asks the same.

    Where they disagree it keeps those of AWS's published packs.
    """
    values: dict[str, set[str]] = {}
    for control in controls:
        for one in control.parameters if control.config_rule == rule.name else ():
            if one.default not in (None, "", [], ()):
                values.setdefault(one.name, set()).add(spelled(one.default))
    given = {name: next(iter(told)) for name, told in values.items() if len(told) == 1}
    changed = {name: value for name, value in given.items() if _parts(value) != _parts(rule.parameters.get(name, ""))}
    together = {**rule.parameters, **changed}
    return replace(rule, parameters=together) if changed and len(json.dumps(together)) <= MOST_INPUT else rule


def _parts(value: str) -> set[str]:
    return {part.strip() for part in value.split(",")}


def _mapped(name: str, controls: Iterable[Control]) -> list[ManagedRule]:
    rules = managed_rules()
    return [rules[one.config_rule] for one in controls if name in one.maps_to and one.config_rule in rules]


def rules_of(controls: Iterable[Control]) -> tuple[tuple[ManagedRule, ...], tuple[str, ...]]:
    """The managed rules that controls answer, by name; and the controls that answer none."""
    found: dict[str, ManagedRule] = {}
    without = []
    for control in controls:
        mine = [rule for rule in managed_rules().values() if control in answering(rule, [control])]
        found.update((rule.name, as_asked(rule, [control])) for rule in mine)
        if not mine:
            without.append(control.id)
    return tuple(found[name] for name in sorted(found)), tuple(without)


def render_packs(rules: Iterable[ManagedRule], about: str, *, remediate: bool = False) -> tuple[str, ...]:
    """As few packs as the limits allow, each a template; ``about`` stands in a comment above."""
    groups: list[list[ManagedRule]] = [[]]
    size = 0
    for rule in rules:
        alone = len(_pack([rule], about, remediate).encode())  # its share of a pack is less: the head is there once
        if groups[-1] and (len(groups[-1]) == MOST_RULES or size + alone > MOST_BYTES):
            groups.append([])
            size = 0
        groups[-1].append(rule)
        size += alone
    return tuple(_pack(group, about, remediate) for group in groups if group)


def _pack(rules: Sequence[ManagedRule], about: str, remediate: bool) -> str:
    resources: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    for rule in rules:
        resources[logical_name(rule.name)] = _rule(rule, parameters)
        if remediate and rule.name in RUNBOOKS:
            resources[f"{logical_name(rule.name)}Remediation"] = _remediation(rule, RUNBOOKS[rule.name])
            parameters[ROLE] = {
                "Type": "String",
                "Description": "ARN of the role that Systems Manager takes to remediate.",
            }
    document = {**({"Parameters": dict(sorted(parameters.items()))} if parameters else {}), "Resources": resources}
    comment = "".join(f"# {line}\n" for line in about.splitlines())
    return comment + yaml.safe_dump(document, sort_keys=False, width=110)


def _rule(rule: ManagedRule, parameters: dict[str, Any]) -> dict[str, Any]:
    given = {}
    for name, value in sorted(rule.parameters.items()):
        parameter = f"{logical_name(rule.name)}{name[:1].upper()}{name[1:]}"
        parameters[parameter] = {"Type": "String", "Default": value}
        given[name] = {"Ref": parameter}
    properties = {
        "ConfigRuleName": rule.name,
        "Source": {"Owner": "AWS", "SourceIdentifier": rule.identifier},
        **({"InputParameters": given} if given else {}),
    }
    return {"Type": "AWS::Config::ConfigRule", "Properties": properties}


def _remediation(rule: ManagedRule, runbook: Runbook) -> dict[str, Any]:
    parameters = {
        "AutomationAssumeRole": {"StaticValue": {"Values": [{"Ref": ROLE}]}},
        runbook.resource: {"ResourceValue": {"Value": "RESOURCE_ID"}},
        **{name: {"StaticValue": {"Values": [value]}} for name, value in runbook.values.items()},
    }
    return {
        "Type": "AWS::Config::RemediationConfiguration",
        "DependsOn": logical_name(rule.name),
        "Properties": {
            "ConfigRuleName": rule.name,
            "TargetType": "SSM_DOCUMENT",
            "TargetId": runbook.document,
            "Automatic": False,
            "Parameters": parameters,
        },
    }


def logical_name(rule: str) -> str:
    """A rule's name as a logical id: ``restricted-ssh`` is ``RestrictedSsh``."""
    return "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", rule))


def render_template(packs: Sequence[tuple[str, str]], *, organization: bool, excluded: Sequence[str] = ()) -> str:
    """A CloudFormation template that makes the packs (name, text), in one account or in the organization's."""
    kind = "OrganizationConformancePack" if organization else "ConformancePack"
    resources: dict[str, Any] = {}
    before = ""
    for name, text in packs:
        properties: dict[str, Any] = {f"{kind}Name": name, "TemplateBody": text}
        if organization and excluded:
            properties["ExcludedAccounts"] = list(excluded)
        resource: dict[str, Any] = {"Type": f"AWS::Config::{kind}", "Properties": properties}
        if before:  # packs of one account are made one after the other
            resource["DependsOn"] = before
        before = logical_name(name)
        resources[before] = resource
    return yaml.safe_dump({"Resources": resources}, sort_keys=False, width=110)
