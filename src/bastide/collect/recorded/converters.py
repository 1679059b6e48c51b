"""Conversions that only AWS Config's shapes need: encoded policies, permissions of groups, access control lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from bastide.declare.shaping.converters import converter, document, many
from bastide.model import Unknown, Value

GROUPS = {"AllUsers": "http://acs.amazonaws.com/groups/global/AllUsers",
          "AuthenticatedUsers": "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
          "LogDelivery": "http://acs.amazonaws.com/groups/s3/LogDelivery"}  # fmt: skip
PERMISSIONS = {"Read": "READ", "Write": "WRITE", "ReadAcp": "READ_ACP", "WriteAcp": "WRITE_ACP",
               "FullControl": "FULL_CONTROL"}  # fmt: skip
KINDS = (("topicARN", "TopicConfigurations", "Topic"), ("queueARN", "QueueConfigurations", "Queue"),
         ("functionARN", "LambdaConfigurations", "Function"))  # fmt: skip
LAST_RULE = 32767  # the deny that ends every network ACL
FAMILIES = (("ipv4Ranges", "cidrIp", "CidrIp"), ("ipv6Ranges", "cidrIpv6", "CidrIpv6"),
            ("prefixListIds", "prefixListId", "{side}PrefixListId"),
            ("userIdGroupPairs", "groupId", "{side}SecurityGroupId"))  # fmt: skip


@converter
def encoded(value: Value) -> Value:
    """A policy in URL encoding, decoded."""
    return document(unquote(value)) if isinstance(value, str) else value


@converter
def members(value: Value, name: str) -> Value:
    """One member of each object in a list."""
    return [one.get(name) for one in many(value) if isinstance(one, Mapping) and one.get(name) is not None]


@converter
def member(value: Value, *path: str) -> Value:
    """What stands at a path inside the value; numbers are places in lists."""
    for part in path:
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return value


@converter
def inline_policies(value: Value) -> Value:
    """Inline policies with their documents decoded."""
    made: list[Value] = []
    for one in many(value):
        if isinstance(one, Mapping):
            text = one.get("policyDocument")
            found = Unknown("AWS Config did not record the document") if text is None else encoded(text)
            made.append({"PolicyName": one.get("policyName"), "PolicyDocument": found})
    return made


@converter
def default_version(value: Value) -> Value:
    """The document of a managed policy's default version."""
    for one in many(value):
        if isinstance(one, Mapping) and one.get("isDefaultVersion") is True and one.get("document"):
            return encoded(one["document"])
    return Unknown("AWS Config did not record the default version's document")


@converter
def permissions(value: Value, side: str) -> Value:
    """Permissions of a security group as rules: one for each source; ``side`` is Source or Destination."""
    return [rule for one in many(value) if isinstance(one, Mapping) for rule in _rules(one, side)]


def _rules(one: Mapping[str, Any], side: str) -> Iterator[dict[str, Value]]:
    shared: dict[str, Value] = {"IpProtocol": one.get("ipProtocol")}
    for name, target in (("fromPort", "FromPort"), ("toPort", "ToPort")):
        if one.get(name) is not None:
            shared[target] = one[name]
    listed = one
    if not one.get("ipv4Ranges") and one.get("ipRanges"):
        listed = {**one, "ipv4Ranges": [{"cidrIp": each} for each in many(one["ipRanges"]) if isinstance(each, str)]}
    for name, inner, target in FAMILIES:
        for each in many(listed.get(name)):
            if isinstance(each, Mapping) and each.get(inner) is not None:
                yield {**shared, target.format(side=side): each[inner]}


@converter
def acl_entries(value: Value) -> Value:
    """Entries of a network ACL, without the deny that ends every one."""
    made: list[Value] = []
    for one in many(value):
        if not isinstance(one, Mapping) or one.get("ruleNumber") == LAST_RULE:
            continue
        ports = one.get("portRange")
        entry = {
            "RuleNumber": one.get("ruleNumber"), "Egress": one.get("egress"), "Protocol": one.get("protocol"),
            "RuleAction": one.get("ruleAction"), "CidrBlock": one.get("cidrBlock"),
            "Ipv6CidrBlock": one.get("ipv6CidrBlock"),
            "PortRange": {"From": ports.get("from"), "To": ports.get("to")} if isinstance(ports, Mapping) else None,
        }  # fmt: skip
        made.append({key: item for key, item in entry.items() if item is not None})
    return made


@converter
def acl(value: Value) -> Value:
    """Grants of a bucket's access control list as {Grantee, Permission}."""
    listed = value.get("grantList") if isinstance(value, Mapping) else None
    if listed is None:
        return Unknown("AWS Config did not record the access control list")
    made: list[Value] = []
    for one in many(listed):
        grantee = one.get("grantee") if isinstance(one, Mapping) else None
        name = grantee.get("id", "") if isinstance(grantee, Mapping) else grantee
        asked = str(one.get("permission")) if isinstance(one, Mapping) else ""
        made.append({"Grantee": GROUPS.get(str(name), str(name)), "Permission": PERMISSIONS.get(asked, asked)})
    return made


@converter
def is_word(value: Value, word: str) -> Value:
    """Whether the value is a word."""
    return str(value) == word


@converter
def attributes(value: Value) -> Value:
    """A list of key and value in the registry's names."""
    found = [one for one in many(value) if isinstance(one, Mapping)]
    return [{"Key": one.get("key", one.get("Key")), "Value": one.get("value", one.get("Value"))} for one in found]


@converter
def last_part(value: Value) -> Value:
    """What stands behind the last slash."""
    return value.rpartition("/")[2] if isinstance(value, str) else value


@converter
def restore(value: Value) -> Value:
    """Accounts that may restore a snapshot: ``all`` for everybody."""
    for one in many(value):
        if isinstance(one, Mapping) and one.get("attributeName") == "restore":
            return many(one.get("attributeValues"))
    return []


@converter
def sse(value: Value) -> Value:
    """Server-side encryption of a table with a key of one's own or of AWS's: whether it is on, how, and the key."""
    said = value if isinstance(value, Mapping) else {}
    key = said.get("kmsmasterKeyArn", said.get("kmsMasterKeyArn"))
    found = {"SSEType": said.get("ssetype", said.get("sseType")), "KMSMasterKeyId": key}
    on = said.get("status") in ("ENABLED", "ENABLING", "UPDATING")
    return {"SSEEnabled": on, **{name: one for name, one in found.items() if one is not None}}


@converter
def classic_policies(value: Value) -> Value:
    """Policies of a Classic Load Balancer, as CloudFormation has them."""
    return [
        {
            "PolicyName": one.get("policyName"),
            "PolicyType": one.get("policyTypeName"),
            "Attributes": [
                {"Name": each.get("attributeName"), "Value": each.get("attributeValue")}
                for each in many(one.get("policyAttributeDescriptions"))
                if isinstance(each, Mapping)
            ],
        }
        for one in many(value)
        if isinstance(one, Mapping)
    ]


@converter
def recovery(value: Value) -> Value:
    """Whether point-in-time recovery is on."""
    return member(value, "pointInTimeRecoveryDescription", "pointInTimeRecoveryStatus") == "ENABLED"


@converter
def split(value: Value) -> Value:
    """A list from text with commas."""
    return value.split(",") if isinstance(value, str) else value


@converter
def redshift_logging(value: Value) -> Value:
    """Where a cluster logs to; nothing when logging is off. Config records no other place than a bucket.

    Source: Redshift API Reference, LoggingStatus (LogDestinationType is s3 or cloudwatch).
    """
    if not isinstance(value, Mapping) or value.get("loggingEnabled") is not True:
        return {} if isinstance(value, Mapping) and value.get("loggingEnabled") is False else Unknown("not recorded")
    if not value.get("bucketName"):
        return {"LogDestinationType": "cloudwatch"}
    return {"BucketName": value["bucketName"], "S3KeyPrefix": value.get("s3KeyPrefix")}


@converter
def method_settings(value: Value) -> Value:
    """Settings by method path (``*/*``) as a list."""
    made: list[Value] = []
    for path, one in value.items() if isinstance(value, Mapping) else ():
        if isinstance(one, Mapping):
            resource, _, method = str(path).rpartition("/")
            named = {str(key)[:1].upper() + str(key)[1:]: item for key, item in one.items()}
            made.append({**named, "ResourcePath": f"/{resource}", "HttpMethod": method})
    return made


@converter
def monitored(value: Value) -> Value:
    """Whether detailed monitoring is on."""
    return member(value, "state") in ("enabled", "pending")


@converter
def capitals(value: Value) -> Value:
    """The value with every name in CloudFormation's spelling (a capital first letter), at any depth."""
    if isinstance(value, Mapping):
        return {str(key)[:1].upper() + str(key)[1:]: capitals(one) for key, one in value.items()}
    return [capitals(one) for one in value] if isinstance(value, list) else value


@converter
def interfaces(value: Value) -> Value:
    """Network interfaces of an instance, each with what identifies it."""
    found = [one for one in many(value) if isinstance(one, Mapping)]
    return [{"NetworkInterfaceId": one.get("networkInterfaceId"), "SubnetId": one.get("subnetId")} for one in found]


@converter
def unset(value: Value) -> Value:
    """A number of days; -1, 0 and null say that there is none."""
    return value if isinstance(value, int) and value > 0 else None


@converter
def replication_rules(value: Value) -> Value:
    """Rules of replication, which Config holds by their id."""
    named = value.items() if isinstance(value, Mapping) else ((None, one) for one in many(value))
    return [{"Id": one.get("id", name), "Status": one.get("status")} for name, one in named if isinstance(one, Mapping)]


@converter
def bucket_notifications(value: Value) -> Value:
    """Notifications of a bucket, which Config holds by their id: one for each event; nothing when there are none."""
    made: dict[str, Value] = {}
    if not isinstance(value, Mapping):
        return Unknown("the notifications were not recorded")
    held = value.get("configurations")
    for one in held.values() if isinstance(held, Mapping) else ():
        for name, target, kind in KINDS:
            if isinstance(one, Mapping) and one.get(name):
                events = [{"Event": event, kind: one[name]} for event in many(one.get("events"))]
                made[target] = [*made.get(target, []), *events]
    if value.get("eventBridgeConfiguration") is not None:
        made["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
    return made or None
