"""Configuration items of AWS Config, as it records them in the shape of Describe calls.

One idea: an API's answer under the names that Config's resource schema has (``config_names.json``); what the schema
does not name, Config does not record. Maps have names of their own, which the schema leaves out.

Source: AWS Config resource schema (github.com/awslabs/aws-config-resource-schema, Apache License 2.0), names only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bastide.aws.readers import Reader
from bastide.collect.recorded.read import tables
from tests.same_verdict.answers import Answers, key_of
from tests.same_verdict.inverse import parsed, seen

Names = Mapping[str, Any] | None
# Members that Config calls otherwise than the API, and objects of names that no schema knows.
RENAMED = {
    "SubjectAlternativeNameSummaries": "subjectAlternativeNames",
    "Predicates": "predicateList",
    "Rules": "rulesList",
    "IpRanges": "ipv4Ranges",
}
# Policies, which the schema leaves out; Config holds those that the API decodes in URL encoding.
DOCUMENTS = ("AssumeRolePolicyDocument", "PolicyDocument", "Document")
MAPS: Mapping[str, Names] = {"methodSettings": dict.fromkeys(("loggingLevel", "cachingEnabled", "cacheDataEncrypted"))}
OWN = re.compile(r"(?i)^(?!role|client).*(name|arn)$")  # what an item is called by
# Where the reader's further calls stand among what supplements an item, by the reader's name for them.
SUPPLEMENTS = {
    "AWS::ElasticLoadBalancing::LoadBalancer": {
        "attributes": "LoadBalancerAttributes",
        "policies": "LoadBalancerPolicies",
    },
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {"attributes": "LoadBalancerAttributes"},
    "AWS::Redshift::Cluster": {"logging": "LoggingStatus"},
    "AWS::DynamoDB::Table": {"backups": "ContinuousBackupsDescription"},
    "AWS::Lambda::Function": {"limit": "Concurrency"},
}
# Objects that Config keeps apart, as the Describe call answers them: what stands beside the named member.
APART = {
    "AWS::NetworkFirewall::Firewall": ("", "Firewall"),
    "AWS::NetworkFirewall::FirewallPolicy": ("FirewallPolicy", "FirewallPolicyResponse"),
    "AWS::NetworkFirewall::RuleGroup": ("RuleGroup", "RuleGroupResponse"),
}


@cache
def names() -> Mapping[str, Mapping[str, Any]]:
    """Names of members by Config's type, ``configuration`` and ``supplementaryConfiguration`` apart."""
    found: dict[str, Mapping[str, Any]] = json.loads(Path(__file__).with_name("config_names.json").read_text())
    return found


@cache
def config_types() -> Mapping[str, str]:
    """Config's name of each registry type that has a table and a schema."""
    return {one.table.type: name for name, one in tables().items() if name in names()}


def named_as(value: Any, tree: Names) -> Any:
    """The value with the schema's names; what the schema does not name is left out."""
    if isinstance(value, list):
        return [named_as(one, tree) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if not isinstance(value, Mapping) or not tree:
        return value
    known = {name.lower(): name for name in tree}
    made: dict[str, Any] = {}
    for key, one in value.items():
        if key in MAPS:
            made[key] = {inner: named_as(each, MAPS[key]) for inner, each in one.items()}
        elif key in DOCUMENTS:
            made[key[:1].lower() + key[1:]] = one if isinstance(one, str) else quote(json.dumps(one))
        elif name := known.get(str(RENAMED.get(key, key)).lower()):
            made[name] = named_as(one, tree[name])
    return made


def item(type: str, told: Mapping[str, Any], beside: Mapping[str, Any], **identity: Any) -> dict[str, Any]:
    """An item of ``told`` (what the Describe call answers of it), supplemented by what stands ``beside``."""
    name = config_types()[type]
    schema = names()[name]
    supplements = schema.get("supplementaryConfiguration") or {}
    configuration = named_as(told, schema["configuration"])
    return {
        "resourceType": name,
        "configurationItemStatus": "OK",
        "configurationItemCaptureTime": "2026-06-01T00:00:00Z",
        "configuration": configuration or _anchor(schema["configuration"]),
        "supplementaryConfiguration": {key: named_as(one, supplements.get(key)) for key, one in beside.items()},
        **identity,
    }


def _anchor(tree: Names) -> dict[str, str]:
    """A name of the item's own, which every item has: it says whose shape this is."""
    own = [key for key, inner in (tree or {}).items() if inner is None and OWN.search(key)]
    return {own[0]: "one"} if own else {}


def told_by(reader: Reader, given: Answers) -> tuple[dict[str, Any], dict[str, Any]]:
    """The item in a reader's answers, and what its further calls say, by Config's names of that."""
    step = reader.table.steps[-1]
    found = seen(parsed(step.items), given[key_of(reader, step)])
    found = dict(found[0] if isinstance(found, list) else found)
    details = {
        name: seen(parsed(one.items), given[key_of(reader, one)])
        for name, one in reader.table.details.items()
        if key_of(reader, one) in given
    }
    if reader.type == "AWS::CloudFront::Distribution":
        found["DistributionConfig"] = details["config"]
    if reader.type in APART:
        kept, rest = APART[reader.type]
        found = {**({kept: found.pop(kept, None)} if kept else {}), rest: found}
    return found, {name: details[own] for own, name in SUPPLEMENTS.get(reader.type, {}).items() if own in details}
