"""Whom a bucket tells of events, and where it copies its objects: S3's shapes against the registry's.

The registry has one event in each notification where S3 has a list of them, and its own names for the parts of a
replication rule. Pure translations; no calls.
Source: Amazon S3 API Reference, PutBucketNotificationConfiguration, PutBucketReplication; AWS::S3::Bucket in the
CloudFormation registry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bastide.aws.shape import member, pick, present
from bastide.model import Unknown, Value

# Registry name of a list, S3's name, registry name of the receiver, S3's name.
RECEIVERS = (
    ("QueueConfigurations", "QueueConfigurations", "Queue", "QueueArn"),
    ("TopicConfigurations", "TopicConfigurations", "Topic", "TopicArn"),
    ("LambdaConfigurations", "LambdaFunctionConfigurations", "Function", "LambdaFunctionArn"),
)
AS_THEY_ARE = ("Priority", "Prefix", "Status", "SourceSelectionCriteria", "Destination", "DeleteMarkerReplication")


class RuleNames(NamedTuple):
    """What one side calls the parts of a replication rule that both have under names of their own."""

    id: str
    tag: str
    tags: str


IN_S3, IN_REGISTRY = RuleNames("ID", "Tag", "Tags"), RuleNames("Id", "TagFilter", "TagFilters")


def notification(answer: Value) -> Value:
    """NotificationConfiguration from what S3 answers; None where nobody is told of anything; Unknown stays."""
    if isinstance(answer, Unknown):
        return answer
    found: dict[str, Value] = {}
    for ours, theirs, receiver, arn in RECEIVERS:
        told = [one for item in answer.get(theirs, ()) for one in _events(item, receiver, item[arn])]
        if told:
            found[ours] = sorted(told, key=lambda one: (one[receiver], one["Event"], str(one.get("Filter"))))
    if answer.get("EventBridgeConfiguration") is not None:  # an empty object is S3's "on"
        found["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
    return found or None


def _events(item: Mapping[str, Any], receiver: str, arn: str) -> Iterator[dict[str, Any]]:
    rules = member(item, "Filter", "Key", "FilterRules") or ()
    # S3 answers Prefix and takes prefix; the registry says prefix.
    said = [{"Name": rule["Name"].lower(), "Value": rule["Value"]} for rule in rules]
    for event in item["Events"]:
        yield {"Event": event, receiver: arn} | present(Filter={"S3Key": {"Rules": said}} if said else None)


def notification_request(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """The NotificationConfiguration that S3 takes; empty tells nobody."""
    told = value or {}
    made: dict[str, Any] = {}
    for ours, theirs, receiver, arn in RECEIVERS:
        if told.get(ours):
            made[theirs] = [_configuration(item, receiver, arn) for item in told[ours]]
    if member(told, "EventBridgeConfiguration", "EventBridgeEnabled") is True:
        made["EventBridgeConfiguration"] = {}
    return made


def _configuration(item: Mapping[str, Any], receiver: str, arn: str) -> dict[str, Any]:
    rules = member(item, "Filter", "S3Key", "Rules")
    wanted = {"Key": {"FilterRules": [dict(rule) for rule in rules]}} if rules else None
    return {"Events": [item["Event"]], arn: item[receiver]} | present(Filter=wanted)


def replication(answer: Value) -> Value:
    """ReplicationConfiguration from S3's; None and Unknown stay."""
    if answer is None or isinstance(answer, Unknown):
        return answer
    return {"Role": answer["Role"], "Rules": [_renamed(rule, IN_S3, IN_REGISTRY) for rule in answer["Rules"]]}


def replication_request(value: Mapping[str, Any]) -> dict[str, Any]:
    """The ReplicationConfiguration that S3 takes."""
    return pick(value, "Role") | {"Rules": [_renamed(rule, IN_REGISTRY, IN_S3) for rule in value["Rules"]]}


def _renamed(rule: Mapping[str, Any], given: RuleNames, wanted: RuleNames) -> dict[str, Any]:
    """A replication rule under the names of the other side."""
    found, both = rule.get("Filter"), member(rule, "Filter", "And")
    filter = None if found is None else pick(found, "Prefix") | present(**{wanted.tag: found.get(given.tag)})
    if both is not None and filter is not None:
        filter["And"] = pick(both, "Prefix") | present(**{wanted.tags: both.get(given.tags)})
    return present(**{wanted.id: rule.get(given.id)}, Filter=filter) | pick(rule, *AS_THEY_ARE)
