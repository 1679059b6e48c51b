"""Conversions that only Terraform's notation needs: network rules, block devices, grants, notifications."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bastide.declare.shaping.converters import converter, many
from bastide.model import Unknown, Value

PROTOCOLS = {"all": -1, "tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "58": 58}
# What a rule of Terraform lists together, and the property that each member is in a rule of its own.
SOURCES = (
    ("cidr_blocks", "cidr_ipv4", "CidrIp"),
    ("ipv6_cidr_blocks", "cidr_ipv6", "CidrIpv6"),
    ("prefix_list_ids", "prefix_list_id", "{side}PrefixListId"),
    ("security_groups", "referenced_security_group_id", "{side}SecurityGroupId"),
)


@converter
def protocol_name(value: Value) -> Value:
    """``all`` as ``-1``; numbers as text."""
    if isinstance(value, Unknown):
        return value
    return "-1" if str(value).lower() in ("all", "-1") else str(value).lower()


@converter
def protocol_number(value: Value) -> Value:
    """The number of a protocol that is named."""
    return value if isinstance(value, Unknown) else PROTOCOLS.get(str(value).lower(), value)


def members(block: Mapping[str, Value]) -> Iterator[tuple[str, str, Value]]:
    """Plain name, registry property and value of everyone that a rule lets in or out, one by one."""
    for listed, single, target in SOURCES:
        found = block.get(listed)
        for one in many(found):
            if one is not None and one != "":
                yield single, target, one
    if isinstance(block.get("self"), Unknown) or block.get("self") is True:
        yield "referenced_security_group_id", "{side}SecurityGroupId", "self"


@converter
def rules(value: Value, side: str) -> Value:
    """Rules inside a security group: one for each source; ``side`` is Source or Destination."""
    if isinstance(value, Unknown):
        return value
    made: list[Value] = []
    for block in many(value):
        if not isinstance(block, Mapping):
            made.append(block)
            continue
        shared: dict[str, Any] = {
            "IpProtocol": protocol_name(block.get("protocol")),
            "FromPort": block.get("from_port"),
            "ToPort": block.get("to_port"),
        }
        described = block.get("description")
        if isinstance(described, Unknown) or described:
            shared["Description"] = described
        made += [{**shared, target.format(side=side): one} for _, target, one in members(block)]
    return made


@converter
def devices(value: Value, name: str = "") -> Value:
    """Block devices; a root device has no name of its own."""
    if isinstance(value, Unknown):
        return value
    made: list[Value] = []
    for block in many(value):
        if not isinstance(block, Mapping):
            made.append(block)
            continue
        volume = {
            "Encrypted": block.get("encrypted"), "KmsKeyId": block.get("kms_key_id"), "Iops": block.get("iops"),
            "VolumeSize": block.get("volume_size"), "VolumeType": block.get("volume_type"),
            "SnapshotId": block.get("snapshot_id"), "DeleteOnTermination": block.get("delete_on_termination"),
        }  # fmt: skip
        device = block.get("device_name") or name if not isinstance(block.get("device_name"), Unknown) else name
        made.append({"DeviceName": device, "Ebs": {key: one for key, one in volume.items() if one not in (None, "")}})
    return made


@converter
def public_address(value: Value) -> Value:
    """Whether the first network interface gets a public address."""
    return [{"DeviceIndex": "0", "AssociatePublicIpAddress": value}]


@converter
def grants(value: Value) -> Value:
    """Grants of an access control list as {Grantee, Permission}."""
    if isinstance(value, Unknown):
        return value
    made: list[Value] = []
    for block in many(value):
        if not isinstance(block, Mapping):
            return block if isinstance(block, Unknown) else Unknown("not a grant")
        listed = block.get("grantee")
        grantee = many(listed)[0] if many(listed) else block
        if isinstance(grantee, Unknown):
            return grantee
        told = (grantee.get(one) for one in ("uri", "email_address", "id"))
        whom = next((one for one in told if isinstance(one, Unknown) or one), "")
        asked = block.get("permissions", block.get("permission"))
        made += [{"Grantee": whom, "Permission": one} for one in many(asked)]
    return made


@converter
def notifications(value: Value, kind: str, name: str) -> Value:
    """Notifications of a bucket: one for each event."""
    if isinstance(value, Unknown):
        return value
    found = [one for one in many(value) if isinstance(one, Mapping)]
    return [{"Event": event, kind: one.get(name)} for one in found for event in many(one.get("events"))]


@converter
def logging_block(value: Value) -> Value:
    """Where a Redshift cluster logs to; nothing for a block that is off."""
    block = next(iter(many(value)), None)
    if not isinstance(block, Mapping):
        return block
    on = block.get("enable")
    if isinstance(on, Unknown):
        return on
    return {"BucketName": block.get("bucket_name"), "S3KeyPrefix": block.get("s3_key_prefix")} if on else None


@converter
def conditions(value: Value) -> Value:
    """Conditions of a backup selection: the tests of each operator by its name in IAM's spelling."""
    made: dict[str, Value] = {}
    for block in many(value):
        if not isinstance(block, Mapping):
            return block if isinstance(block, Unknown) else Unknown("not a condition")
        for operator, tests in block.items():
            name = "".join(part.capitalize() for part in str(operator).split("_"))
            told = [one for one in many(tests) if one is not None]
            made[name] = tests if isinstance(tests, Unknown) else [_test(one) for one in told]
    return {name: tests for name, tests in made.items() if tests != []} or None


def _test(value: Value) -> Value:
    if not isinstance(value, Mapping):
        return value if isinstance(value, Unknown) else Unknown("not a test")
    return {"ConditionKey": value.get("key"), "ConditionValue": value.get("value")}


@converter
def delivery(value: Value, protocol: str, role: str) -> Value:
    """The role that logs deliveries of a topic by one protocol."""
    return [{"Protocol": protocol, role: value}]


@converter
def known(value: Value) -> Value:
    """A value that only a state holds; nothing while it is not known."""
    return None if isinstance(value, Unknown) else value


@converter
def shared(value: Value) -> Value:
    """The accounts that a document is shared with; ``all`` for everybody."""
    found = value.get("account_ids") if isinstance(value, Mapping) else value
    if isinstance(found, Unknown):
        return found
    return [one.strip().lower() for one in found.split(",")] if isinstance(found, str) else None


@converter
def certificates(value: Value) -> Value:
    """Authentication by certificates: on where certificate authorities are named."""
    block = next(iter(many(value)), None)
    if not isinstance(block, Mapping):
        return block
    found = block.get("certificate_authority_arns")
    on = found if isinstance(found, Unknown) else bool(found)
    return {"CertificateAuthorityArnList": found, "Enabled": on}


@converter
def port_ranges(value: Value) -> Value:
    """Ranges of ports as EMR's API has them."""
    if isinstance(value, Unknown):
        return value
    return [
        {"MinRange": one.get("min_range"), "MaxRange": one.get("max_range")} if isinstance(one, Mapping) else one
        for one in many(value)
    ]
