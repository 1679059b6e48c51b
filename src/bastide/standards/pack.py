"""Rules as AWS Config knows them, and the controls of ours that answer each.

The one idea: a rule is the same thing in a conformance pack, in a template and in a call of PutConfigRule. What a rule
asks for that our controls cannot heed (a parameter, a custom function) leaves it unanswered: it is never answered for
another question than the one that was asked.
Source: AWS Config API Reference, ConfigRule; AWS Config Developer Guide, "Conformance packs".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bastide.controls import Control
from bastide.errors import InputError
from bastide.model import Resource, Unknown, Value
from bastide.standards.custom_policy import External, policy_controls
from bastide.standards.remediation import Remediation, remediations_in
from bastide.standards.rules import answering, by_identifier

RULE = "AWS::Config::ConfigRule"
PROCESS = "AWS_CONFIG_PROCESS_CHECK"  # stands in packs for what no configuration decides
LAMBDA = "a custom rule's function is not run"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``parameters`` as text; ``unread`` why the rule or a part of it could not be read; empty otherwise.

    ``types``, ``resource_id`` and ``tag`` (key, value; the value may be empty for any) are its scope.
    """

    name: str
    owner: str
    identifier: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    resource_id: str = ""
    tag: tuple[str, str] = ("", "")
    policy: str = ""
    unread: str = ""
    remediation: Remediation | None = None

    def covers(self, resource: Resource) -> bool:
        """Whether a resource is within the rule's scope."""
        if self.types and resource.type not in self.types:
            return False
        if self.resource_id and resource.id != self.resource_id:
            return False
        key, value = self.tag
        return not key or (key in resource.tags and value in ("", resource.tags[key]))


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """A rule with the controls that answer it, parameters applied; or none, and ``why_not``."""

    rule: Rule
    controls: tuple[Control, ...] = ()
    why_not: str = ""


def rules_in(resources: Iterable[Resource]) -> tuple[Rule, ...]:
    """The rules among the resources of a template, in its order, each with its remediation."""
    resources = tuple(resources)
    remedies = {one.rule: one for one in remediations_in(resources)}
    found = (parse_rule(one.properties, one.origin.detail or one.id) for one in resources if one.type == RULE)
    return tuple(replace(one, remediation=remedies.get(one.name)) for one in found)


def parse_rule(given: Mapping[str, Value], name: str = "") -> Rule:
    """A rule from its fields, as CloudFormation or the API names them; ``name`` where it has none.

    A field that is not known is said in ``unread``; nothing is guessed for it.
    """
    source, scope = _mapping(given.get("Source")), _mapping(given.get("Scope"))
    details = _mapping(source.get("CustomPolicyDetails"))
    parameters, unread = _parameters(given.get("InputParameters"))
    identifier = source.get("SourceIdentifier", "")
    if any(isinstance(one, Unknown) for one in (given.get("Source"), *source.values())):
        unread = "its source could not be read"
    types = scope.get("ComplianceResourceTypes") or ()
    if any(isinstance(one, Unknown) for one in (given.get("Scope"), types, *scope.values())):
        unread = unread or "its scope could not be read"
    named = given.get("ConfigRuleName")
    return Rule(
        named if isinstance(named, str) and named else name,
        str(source.get("Owner", "")),
        identifier if isinstance(identifier, str) else "",
        parameters,
        tuple(str(one) for one in types) if isinstance(types, list | tuple) else (),
        _text(scope.get("ComplianceResourceId")),
        (_text(scope.get("TagKey")), _text(scope.get("TagValue"))),
        _text(details.get("PolicyText")),
        unread or _unread_policy(details),
    )


def _unread_policy(details: Mapping[str, Value]) -> str:
    """Why a Guard policy cannot be asked; empty when it can, or the rule has none."""
    text, runtime = details.get("PolicyText"), details.get("PolicyRuntime")
    if isinstance(text, Unknown):
        return f"its policy could not be read: {text.reason}"
    known = runtime is None or (isinstance(runtime, str) and runtime.startswith("guard-2."))
    return "" if known else f"the runtime {runtime!r} of its policy is not known"


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _parameters(given: Value) -> tuple[dict[str, str], str]:
    """Parameters with a value, and why they could not be read."""
    if isinstance(given, str) and given.strip():
        try:
            given = json.loads(given)
        except ValueError:
            return {}, "its InputParameters are not JSON"
    if isinstance(given, Unknown):
        return {}, f"its InputParameters could not be read: {given.reason}"
    found = {name: value for name, value in _mapping(given).items() if value not in (None, "")}
    for name, value in found.items():
        if isinstance(value, Unknown):
            return {}, f"parameter {name}: {value.reason}"
    return {name: spelled(value) for name, value in found.items()}, ""


def spelled(value: Value) -> str:
    """The value of a parameter as AWS Config writes it: lists with commas, booleans in small letters."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def rule_coverage(
    rules: Iterable[Rule], controls: Sequence[Control], external: External | None = None
) -> tuple[RuleCoverage, ...]:
    """What answers each rule, in order. ``external`` judges Guard policies that are not translated."""
    return tuple(cover_rule(rule, controls, external) for rule in rules)


def cover_rule(rule: Rule, controls: Sequence[Control], external: External | None = None) -> RuleCoverage:
    """The controls that answer one rule with the parameters that it gives them, or why there are none."""
    if rule.unread:
        return RuleCoverage(rule, why_not=rule.unread)
    if rule.owner == "CUSTOM_POLICY":
        made, why_not = policy_controls(rule.name, rule.policy, rule.types, rule.parameters, external)
        return RuleCoverage(rule, made, why_not)
    if rule.owner != "AWS":
        return RuleCoverage(rule, why_not=LAMBDA if rule.owner == "CUSTOM_LAMBDA" else f"no owner {rule.owner!r}")
    if rule.identifier == PROCESS:
        return RuleCoverage(rule, why_not="it is a process check: only people can show it")
    managed = by_identifier().get(rule.identifier)
    if managed is None:
        return RuleCoverage(rule, why_not=f"{rule.identifier} is no managed rule that Bastide knows")
    candidates = answering(managed, controls)
    if not candidates:
        return RuleCoverage(rule, why_not=f"no control of Bastide answers {managed.name} yet")
    found = _chosen(candidates, rule.parameters)
    if not found:
        return RuleCoverage(rule, why_not=f"{', '.join(one.id for one in candidates)} each ask a part of it")
    unheeded = [name for name in rule.parameters if not any(name in _names(one) for one in found)]
    if unheeded:
        asked = ", ".join(f"{name}={rule.parameters[name]}" for name in unheeded)
        return RuleCoverage(rule, why_not=f"the controls that answer {managed.name} do not take {asked}")
    try:
        return RuleCoverage(rule, tuple(_applied(one, rule.parameters) for one in found))
    except InputError as wrong:
        return RuleCoverage(rule, why_not=wrong.what)


def _chosen(candidates: Iterable[Control], parameters: Mapping[str, str]) -> tuple[Control, ...]:
    """For each resource type the control that heeds most of the parameters; none when several ask different things.

    Controls of one rule and type are the same question with other parameters, or each a part of it.
    """
    by_type: dict[str, list[Control]] = {}
    for one in candidates:
        by_type.setdefault(one.resource_type, []).append(one)
    chosen = []
    for same in by_type.values():
        most = max(_fit(one, parameters) for one in same)
        best = [one for one in same if _fit(one, parameters) == most]
        if len(best) > 1 and best[0].parameters:  # the default of the foundational standard is the rule's own
            best = [one for one in best if any(name.startswith("FSBP:") for name in one.maps_to)]
        if len(best) != 1:
            return ()
        chosen += best
    return tuple(sorted(chosen, key=lambda one: one.id))


def _fit(control: Control, parameters: Mapping[str, str]) -> tuple[int, int]:
    return len(_names(control) & set(parameters)), len(control.parameters)


def _names(control: Control) -> set[str]:
    return {one.name for one in control.parameters}


def _applied(control: Control, values: Mapping[str, str]) -> Control:
    return control.with_parameters({name: value for name, value in values.items() if name in _names(control)})


def variant(control: Control) -> tuple[str, str]:
    """What tells a control with one set of parameters from the same one with another."""
    return control.id, repr([(one.name, one.default) for one in control.parameters])


def layers(covered: Iterable[RuleCoverage]) -> tuple[tuple[Control, ...], ...]:
    """The controls to run, once each; a control that is wanted with several values stands in as many layers."""
    variants: dict[str, list[Control]] = {}
    for one in covered:
        for control in one.controls:
            mine = variants.setdefault(control.id, [])
            if all(variant(control) != variant(other) for other in mine):
                mine.append(control)
    depth = max(map(len, variants.values()), default=0)
    return tuple(
        tuple(mine[level] for _, mine in sorted(variants.items()) if level < len(mine)) for level in range(depth)
    )
