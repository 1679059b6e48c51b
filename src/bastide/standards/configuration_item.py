"""A resource as AWS Config records it: the document that a rule of one's own is asked about.

The one idea: what Config recorded is taken as it is. Else most types are recorded in CloudFormation's shape; of the 92
that are recorded in the shape of a Describe call, what surely has the same meaning is given, and the rest is Unknown.
Source: AWS Config API Reference, ConfigurationItem; AWS Config resource schema (aws-config-resource-schema).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from bastide.controls import all_controls
from bastide.guard import Partial
from bastide.model import GLOBAL, Resource, Unknown, Value

RECORDED_AS = {"AWS::CertificateManager::Certificate": "AWS::ACM::Certificate",
               "AWS::OpenSearchService::Domain": "AWS::OpenSearch::Domain",
               "AWS::IAM::ManagedPolicy": "AWS::IAM::Policy",
               "Bastide::S3::AccountPublicAccessBlock": "AWS::S3::AccountPublicAccessBlock"}  # fmt: skip
KINDS: dict[str, type] = {"string": str, "boolean": bool, "integer": int}
OTHER_SHAPE = "AWS Config records this type in another shape, of which this is not derived"
NOT_READ = "it was not read"
FAMILIES = (("CidrIp", "ipv4Ranges", "cidrIp"), ("CidrIpv6", "ipv6Ranges", "cidrIpv6"))


@cache
def shapes() -> Mapping[str, Mapping[str, str]]:
    """Plain members of ``configuration`` with their kinds, of each type recorded in the shape of a Describe call."""
    text = (resources.files("bastide.standards") / "data" / "recorded_shapes.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = json.loads(text)
    return found


def recorded_type(resource_type: str) -> str:
    """The name that AWS Config has for a type."""
    return RECORDED_AS.get(resource_type, resource_type)


def configuration_item(resource: Resource) -> Mapping[str, Any]:
    """The configuration item of a resource; what is not known of it is Unknown when it is asked for."""
    if resource.recorded is not None:
        return resource.recorded
    kind = recorded_type(resource.type)
    configuration, supplementary = (
        _described(kind, resource) if kind in shapes() else (_whole(resource), Partial({}, NOT_READ))
    )
    known: dict[str, Any] = {
        "resourceType": kind,
        "resourceId": resource.id,
        "accountId": resource.account,
        "awsRegion": resource.region if resource.region != GLOBAL else "global",
        "configurationItemStatus": "OK",
        "configuration": configuration,
        "supplementaryConfiguration": supplementary,
        "tags": _tags(resource),
    }
    if resource.arn:
        known["arn"] = known["ARN"] = resource.arn
    return Partial(known, "only AWS Config's own record has it")


def _tags(resource: Resource) -> Any:
    given = resource.properties.get("Tags")
    return given if isinstance(given, Unknown) else resource.tags


def _whole(resource: Resource) -> Mapping[str, Value]:
    """Properties in CloudFormation's shape. Of what runs, those that no control reads may not have been read."""
    if resource.origin.source != "observed":
        return resource.properties
    return Partial(resource.properties, NOT_READ, _read_of(resource.type))


@cache
def _read_of(resource_type: str) -> frozenset[str]:
    """Properties that are read wherever the type is read, since shipped controls ask for them."""
    mine = (one for one in all_controls() if one.resource_type == resource_type)
    return frozenset(path.partition(".")[0] for one in mine for path in one.properties)


def _described(kind: str, resource: Resource) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    plain = {name.lower(): (name, KINDS[text]) for name, text in shapes()[kind].items()}
    known: dict[str, Any] = {}
    for name, value in resource.properties.items():
        found = plain.get(name.lower())
        if found and (isinstance(value, Unknown) or type(value) is found[1]):
            known[found[0]] = value
    more = DERIVED.get(kind)
    extra, supplementary = more(resource) if more else ({}, {})
    return Partial({**known, **extra}, OTHER_SHAPE), Partial(supplementary, OTHER_SHAPE)


Derived = tuple[dict[str, Any], dict[str, Any]]


def _bucket(resource: Resource) -> Derived:
    """A bucket: its settings stand in the supplementary configuration."""
    found: dict[str, Any] = {}
    block = resource.get("PublicAccessBlockConfiguration")
    if block is not None:
        found["PublicAccessBlockConfiguration"] = _renamed(block, lambda name: name[:1].lower() + name[1:])
    versioning = resource.get("VersioningConfiguration")
    if isinstance(versioning, Unknown):
        found["BucketVersioningConfiguration"] = versioning
    else:
        status = versioning.get("Status") if isinstance(versioning, Mapping) else None
        found["BucketVersioningConfiguration"] = Partial({"status": status or "Off"}, NOT_READ)
    rules = resource.get("BucketEncryption.ServerSideEncryptionConfiguration")
    if rules is not None:
        found["ServerSideEncryptionConfiguration"] = rules if isinstance(rules, Unknown) else {"rules": _sse(rules)}
    return {"name": resource.id}, found


def _renamed(value: Value, name: Callable[[str], str]) -> Value:
    if isinstance(value, Mapping):
        return {name(key): _renamed(one, name) for key, one in value.items()}
    return [_renamed(one, name) for one in value] if isinstance(value, list | tuple) else value


def _sse(rules: Iterable[Value]) -> list[Any]:
    names = {"ServerSideEncryptionByDefault": "applyServerSideEncryptionByDefault", "SSEAlgorithm": "sseAlgorithm",
             "KMSMasterKeyID": "kmsMasterKeyID", "BucketKeyEnabled": "bucketKeyEnabled"}  # fmt: skip
    return [_renamed(one, lambda name: names.get(name, name)) for one in rules]


def _table(resource: Resource) -> Derived:
    """A table: point-in-time recovery in words, billing and throughput."""
    enabled = resource.get("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled")
    words = {True: "ENABLED", False: "DISABLED", None: "DISABLED"}
    status = enabled if isinstance(enabled, Unknown) else words.get(enabled, Unknown("it is neither true nor false"))
    recovery = {"pointInTimeRecoveryDescription": Partial({"pointInTimeRecoveryStatus": status}, NOT_READ)}
    throughput = resource.get("ProvisionedThroughput")
    made: dict[str, Any] = {}
    if throughput is not None:
        lowered = _renamed(throughput, lambda name: name[:1].lower() + name[1:])
        made["provisionedThroughput"] = Partial(lowered, NOT_READ) if isinstance(lowered, dict) else lowered
    return made, {"ContinuousBackupsDescription": Partial(recovery, NOT_READ)}


def _group(resource: Resource) -> Derived:
    """A security group: each rule a permission of one source."""
    made: dict[str, Any] = {"groupId": resource.id}
    for name, target, side in (
        ("SecurityGroupIngress", "ipPermissions", "Source"),
        ("SecurityGroupEgress", "ipPermissionsEgress", "Destination"),
    ):
        rules = resource.get(name)
        listed = isinstance(rules, list | tuple)
        made[target] = [_permission(one, side) for one in rules] if listed else rules if rules is not None else []
    return made, {}


def _permission(rule: Value, side: str) -> Any:
    if not isinstance(rule, Mapping):
        return rule
    lists: dict[str, list[Any]] = {"ipv4Ranges": [], "ipv6Ranges": [], "prefixListIds": [], "userIdGroupPairs": []}
    for name, target, member in (
        *FAMILIES,
        (f"{side}PrefixListId", "prefixListIds", "prefixListId"),
        (f"{side}SecurityGroupId", "userIdGroupPairs", "groupId"),
    ):
        if rule.get(name) is not None:
            lists[target].append({member: rule[name]})
    ports = {target: rule[name] for name, target in (("FromPort", "fromPort"), ("ToPort", "toPort")) if name in rule}
    ranges = [one["cidrIp"] for one in lists["ipv4Ranges"]]
    return {"ipProtocol": rule.get("IpProtocol"), **ports, **lists, "ipRanges": ranges}


DERIVED: Mapping[str, Callable[[Resource], Derived]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::DynamoDB::Table": _table,
    "AWS::EC2::SecurityGroup": _group,
}
