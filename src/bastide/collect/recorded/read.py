"""Configuration items as an observed Estate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

import bastide.collect.recorded.converters  # noqa: F401 - makes its conversions known to the tables
from bastide.collect.recorded.items import GONE, UNRECORDED, Item, items_in, latest
from bastide.declare.shaping import Shaping, TypeMap, parse_tables
from bastide.declare.shaping.convert import document
from bastide.declare.templates.estate import Reading
from bastide.declare.templates.identity import region_of
from bastide.declare.templates.registry import folder, primary_identifier, schema_of, shaped
from bastide.declare.templates.scope import Settings
from bastide.declare.templates.template import Note
from bastide.errors import InputError
from bastide.model import GLOBAL, Estate, Gap, Origin, Resource, Unknown, Value

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Types of Bastide's own of which a place has several.
SEVERAL = frozenset({
    "Bastide::RDS::DBClusterSnapshot", "Bastide::CloudFormation::Stack", "Bastide::Backup::RecoveryPoint",
})  # fmt: skip
BUCKET, BUCKET_POLICY = "AWS::S3::Bucket", "AWS::S3::BucketPolicy"
# The policies that a queue and a topic carry: their type, the property that names the owner, and what it is called by.
POLICIES = {"AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues", "QueueUrl"),
            "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics", "TopicArn")}  # fmt: skip
RENAMED = {"AWS::OpenSearch::Domain": "AWS::OpenSearchService::Domain",
           "AWS::ACM::Certificate": "AWS::CertificateManager::Certificate"}  # fmt: skip
# What other types carry: there is none beyond what the items of their owners say.
CARRIED = frozenset({
    BUCKET_POLICY, "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::NetworkAclEntry",
    "AWS::IAM::UserPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::GroupPolicy", "Bastide::KMS::PendingKey",
})  # fmt: skip


@cache
def tables() -> Mapping[str, Shaping]:
    """How the types that Config records in the shape of Describe calls become properties, by Config's name."""
    text = (files("bastide.collect.recorded") / "types.yaml").read_text()
    return {
        name: Shaping(_without_unrecorded(one))
        for name, one in parse_tables(yaml.load(text, Loader), "types.yaml").items()
    }


def _without_unrecorded(table: TypeMap) -> TypeMap:
    return TypeMap(table.name, table.type, rows=table.rows)


@cache
def unrecorded() -> Mapping[str, tuple[str, ...]]:
    """Properties that Config does not record, or not always, by Config's type."""
    text = (files("bastide.collect.recorded") / "types.yaml").read_text()
    found = parse_tables(yaml.load(text, Loader), "types.yaml")
    return {name: tuple(one.set.get("unrecorded", ())) for name, one in found.items()}


def estate_of_items(documents: Mapping[str, Any], reads: Mapping[str, frozenset[str]] | None = None) -> Reading:
    """The estate that decoded files of AWS Config (by name) hold together; of each resource the latest item counts.

    ``reads``: types that judging a type looks up beside it. Where the files hold none of them, that is a gap: Config
    may not record them.

    Raises:
        InputError: cfn-lint, whose schemas say what shape resources have, is not installed.
    """
    if folder() is None:
        raise InputError("AWS Config's files are read with cfn-lint's schemas", fix="install bastide[templates]")
    notes: list[Note] = []
    origins: dict[int, str] = {}
    items: list[Item] = []
    for file in sorted(documents):
        for one in items_in(documents[file]):
            if isinstance(one, Item):
                origins[id(one)] = file
                items.append(one)
            else:
                notes.append(Note(file, 0, one, incomplete=True))
    kept = [one for one in latest(iter(items)).values() if one.status not in GONE]
    skipped: Counter[str] = Counter()
    resources: list[Resource] = []
    for item in kept:
        if item.status == UNRECORDED:
            notes.append(Note(origins[id(item)], 0, f"{item.type} {item.name or item.id} is not recorded any more"))
            continue
        found = list(_resources(item, origins[id(item)]))
        if not found:
            skipped[item.type] += 1
        resources += found
    for kind, count in sorted(skipped.items()):
        notes.append(Note("AWS Config", 0, f"{kind} ({count}): its recorded shape is not read, and was not judged"))
    regions = tuple(sorted({one.region for one in resources} - {GLOBAL}))
    read_at = max((one.captured for one in kept), default="")
    gaps = tuple(_gaps(resources, reads or {}))
    estate = Estate(tuple(resources), gaps=gaps, regions=regions, read_at=read_at)
    return Reading(estate, notes=tuple(notes), files=tuple(sorted(documents)), skipped=dict(sorted(skipped.items())))


def _gaps(resources: list[Resource], reads: Mapping[str, frozenset[str]]) -> Iterator[Gap]:
    held = {one.type for one in resources}
    missing: set[tuple[str, str, str]] = set()
    for one in resources:
        for kind in reads.get(one.type, frozenset()) - held - CARRIED:
            missing.add((kind, one.account, region_of(kind, Settings({"AWS::Region": one.region}))))
            if kind.startswith("Bastide::"):  # settings of an account stand in no region
                missing.add((kind, one.account, GLOBAL))
    for kind, account, region in sorted(missing):
        yield Gap(
            kind, account, region, f"the files of AWS Config hold no {kind}: there is none, or it is not recorded"
        )


def _resources(item: Item, file: str) -> Iterator[Resource]:
    """The resource of an item, and a bucket's policy as one of its own; nothing for a shape that is not read."""
    kind, properties = _properties(item)
    if not kind:
        return
    if item.tags and "Tags" not in properties:
        properties = {**properties, "Tags": [{"Key": key, "Value": one} for key, one in item.tags.items()]}
    origin = Origin("recorded", file, read_at=item.captured, detail=item.name or item.id)
    account, region = item.account or "0" * 12, _region(kind, item)
    id = _identifier(kind, item, properties)
    yield Resource(kind, account, region, id, properties, item.arn, origin, recorded=item.document)
    if kind == BUCKET:
        policy = _bucket_policy(item)
        if policy is not None:
            named = properties.get("BucketName")
            name = named if isinstance(named, str) and named else item.name or item.id
            body = {"Bucket": name, "PolicyDocument": policy}
            yield Resource(BUCKET_POLICY, account, region, name, body, "", origin)
    text = (item.configuration or {}).get("Policy")
    if kind in POLICIES and text:
        policy_type, owners, own = POLICIES[kind]
        body = {owners: [properties.get(own) or id], "PolicyDocument": document(text)}
        yield Resource(policy_type, account, region, f"{id}-policy", body, "", origin)


def _region(kind: str, item: Item) -> str:
    return GLOBAL if item.region == "global" else region_of(kind, Settings({"AWS::Region": item.region}))


def _properties(item: Item) -> tuple[str, dict[str, Value]]:
    """Registry type and properties of an item; an empty type for a shape that is not read."""
    table = tables().get(item.type)
    kind = table.table.type if table else RENAMED.get(item.type, item.type)
    known = tuple(schema_of(kind).get("properties", ()))
    if item.configuration is None:
        reason = Unknown("the item holds no configuration")
        return (kind, dict.fromkeys(known, reason)) if known or table else ("", {})
    if table is None or (_is_registry_shaped(item.configuration) and not _speaks_of(table, item.configuration)):
        if not known or not _is_registry_shaped(item.configuration):
            return "", {}
        found, _ = shaped(kind, item.configuration)
    else:
        values = {**item.configuration, **{f"+{key}": one for key, one in item.supplementary.items()}}
        found, _ = shaped(kind, table.properties({key: _unwrapped(one) for key, one in values.items()}))
        for name in unrecorded()[item.type]:
            found.setdefault(name, Unknown("AWS Config does not record it"))
    if not item.whole:
        for name in known:
            found.setdefault(name, Unknown("the query may not have asked for it"))
    return kind, found


def _is_registry_shaped(configuration: Mapping[str, Any]) -> bool:
    """Whether most names begin with a capital letter, as CloudFormation's do."""
    capitals = sum(1 for name in configuration if name[:1].isupper())
    return capitals * 2 >= len(configuration)


def _unwrapped(value: Any) -> Any:
    """``{"value": x}`` as ``x``, at any depth: Config wraps plain members of lists."""
    if isinstance(value, Mapping):
        if list(value) == ["value"]:
            return _unwrapped(value["value"])
        return {key: _unwrapped(one) for key, one in value.items()}
    return [_unwrapped(one) for one in value] if isinstance(value, list) else value


def _speaks_of(table: Shaping, configuration: Mapping[str, Any]) -> bool:
    """The table is of this shape: a row's value is there. A type may be recorded in the registry's shape as well."""
    return any(path.partition(".")[0] in configuration for path in table.table.rows)


def _identifier(kind: str, item: Item, properties: Mapping[str, Value]) -> str:
    if kind.startswith("Bastide::") and kind not in SEVERAL:
        return item.account
    parts: list[str] = []
    for name in primary_identifier(kind):
        found = properties.get(name)
        if not isinstance(found, str | int):
            found = item.arn if name.endswith(("Arn", "ARN")) else item.name if name.endswith("Name") else item.id
        parts.append(str(found or item.id or item.name))
    return "|".join(parts) or item.id


def _bucket_policy(item: Item) -> Value:
    held = item.supplementary.get("BucketPolicy")
    if held is None:
        return None if item.whole else Unknown("the query may not have asked for it")
    text = held.get("policyText") if isinstance(held, Mapping) else held
    if text is None:
        return None
    return document(text) if isinstance(text, str) else text
