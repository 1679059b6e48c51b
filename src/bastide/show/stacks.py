"""CloudFormation templates of a declared estate: one for each account and region, as JSON.

The one idea: a resource that AWS will name is referred to by its logical id; one of another stack by a parameter, whose
default is the provisional identifier, so that a template can be assessed before anything exists. Types that
CloudFormation does not have (``Bastide::…``), and what AWS makes by itself (default network ACLs and security groups),
are left out and counted; what AWS only reports is not written. What the architecture accepts of a resource is accepted
in its template as well.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bastide.declare.templates.registry import schema_of
from bastide.model import GLOBAL, Estate, Finding, Resource, ResourceKey, Unknown, Value
from bastide.model.provisional import TOKEN

DETECTOR = "AWS::GuardDuty::Detector"
# An architecture lists the plans that are on; GuardDuty switches these on unless they are named as off.
# Source: GuardDuty API Reference, CreateDetector.
PLANS = ("S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS")
NETWORK_ACL = "AWS::EC2::NetworkAcl"
SUB = re.compile(r"\$\{")


@dataclass(frozen=True)
class Stack:
    """One template. ``logical``: the resources by logical id; ``left_out``: how many of each type are not in it."""

    account: str
    region: str
    template: dict[str, Any]
    logical: Mapping[str, ResourceKey] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)


def stacks(estate: Estate, home: str) -> list[Stack]:
    """The templates of an estate, by account and region. ``home``: where what has no region is deployed."""
    places: dict[tuple[str, str], list[Resource]] = {}
    for resource in sorted(estate.resources, key=lambda one: one.key):
        region = home if resource.region == GLOBAL else resource.region
        places.setdefault((resource.account, region), []).append(resource)
    return [_stack(account, region, places[account, region]) for account, region in sorted(places)]


def accepting(stack: Stack, findings: Iterable[Finding]) -> Stack:
    """The template whose resources say in their metadata which of their findings are accepted, and why.

    ``findings``: of the declared estate; those without a ``suppressed`` reason in their evidence are left alone.
    """
    reasons: dict[ResourceKey, dict[str, str]] = {}
    for one in findings:
        if "suppressed" in one.evidence:
            reasons.setdefault(one.resource, {})[one.control] = str(one.evidence["suppressed"])
    made = {}
    for name, body in stack.template["Resources"].items():
        found = sorted(reasons.get(stack.logical[name], {}).items())
        suppress = [{"control": control, "reason": reason} for control, reason in found]
        made[name] = body | ({"Metadata": {"bastide": {"suppress": suppress}}} if suppress else {})
    return replace(stack, template=stack.template | {"Resources": made})


def _stack(account: str, region: str, resources: Iterable[Resource]) -> Stack:
    left: dict[str, int] = {}
    kept: list[Resource] = []
    for one in (part for resource in resources for part in _parts(resource)):
        if _renderable(one):
            kept.append(one)
        else:
            left[one.type] = left.get(one.type, 0) + 1
    names = {one.key: logical_id(one.key) for one in kept}
    writer = _Writer(account, {one.id: names[one.key] for one in kept if TOKEN.fullmatch(one.id)})
    made: dict[str, Any] = {}
    for one in kept:
        body: dict[str, Any] = {"Type": one.type, "Properties": writer.value(_writable(one))}
        after = sorted(names[key] for key in one.depends_on if key in names)
        made[names[one.key]] = body | ({"DependsOn": after} if after else {})
    template: dict[str, Any] = {"AWSTemplateFormatVersion": "2010-09-09"}
    if writer.parameters:
        template["Parameters"] = dict(sorted(writer.parameters.items()))
    return Stack(account, region, template | {"Resources": made}, {names[one.key]: one.key for one in kept}, left)


def _parts(resource: Resource) -> Iterator[Resource]:
    """The resource as CloudFormation has it: the entries of a network ACL are resources of their own."""
    entries = resource.properties.get("Entries") if resource.type == NETWORK_ACL else None
    yield resource
    if isinstance(entries, list) and _renderable(resource):
        for entry in entries:
            id = f"{resource.id}|{entry.get('RuleNumber')}|{entry.get('Egress')}"
            properties = {"NetworkAclId": resource.id, **entry}
            yield Resource(f"{NETWORK_ACL}Entry", resource.account, resource.region, id, properties)


def _renderable(resource: Resource) -> bool:
    """Whether a stack can make the resource: CloudFormation has the type, and AWS does not make it by itself."""
    by_aws = resource.properties.get("IsDefault") is True or (
        resource.type == "AWS::EC2::SecurityGroup" and resource.properties.get("GroupName") == "default"
    )
    return resource.type.startswith("AWS::") and bool(schema_of(resource.type)) and not by_aws


def _writable(resource: Resource) -> dict[str, Value]:
    """The properties that the registry has and that are not only reported."""
    schema = schema_of(resource.type)
    reported = {pointer.removeprefix("/properties/") for pointer in schema.get("readOnlyProperties", ())}
    known = schema.get("properties", {}).keys() - reported
    found = {name: value for name, value in resource.properties.items() if name in known and value is not None}
    if resource.type == DETECTOR and isinstance(found.get("Features"), list):
        named = {feature.get("Name") for feature in found["Features"] if isinstance(feature, Mapping)}
        off = [{"Name": plan, "Status": "DISABLED"} for plan in PLANS if plan not in named]
        found["Features"] = [*found["Features"], *off]
    return found


def logical_id(key: ResourceKey) -> str:
    """A logical id that depends on nothing but the key: the type's last word and eight hexadecimal digits."""
    return f"{key.type.rsplit(':', 1)[1]}{hashlib.sha256(str(key).encode()).hexdigest()[:8]}"


class _Writer:
    """Values of one template. ``own``: logical ids by provisional identifier."""

    def __init__(self, account: str, own: Mapping[str, str]) -> None:
        self._account, self._own = account, own
        self.parameters: dict[str, Any] = {}

    def value(self, value: Value) -> Value:
        """A property's value with references where provisional identifiers stand."""
        if isinstance(value, Mapping):
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        if isinstance(value, Unknown):
            return self._parameter(value.reason, None)
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> Value:
        tokens = TOKEN.findall(text)
        if not tokens:
            return text
        if len(tokens) == 1 and tokens[0] == text:
            return {"Ref": self._name(text)}
        parts, last = [], 0
        for found in TOKEN.finditer(text):
            parts += [SUB.sub("${!", text[last : found.start()]), f"${{{self._name(found.group())}}}"]
            last = found.end()
        return {"Fn::Sub": "".join(parts) + SUB.sub("${!", text[last:])}

    def _name(self, token: str) -> str:
        if token == self._account:
            return "AWS::AccountId"
        return self._own.get(token) or str(self._parameter(token, token)["Ref"])

    def _parameter(self, name: str, default: str | None) -> dict[str, Value]:
        logical = f"Known{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        about = "an identifier of another stack" if default else f"not known: {name}"
        self.parameters[logical] = {"Type": "String", "Description": about} | ({"Default": default} if default else {})
        return {"Ref": logical}
