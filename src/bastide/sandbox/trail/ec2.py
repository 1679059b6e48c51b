"""EC2's form of parameters and answers: lists are `{"items": [...]}` under the names of its XML.

One idea: the answer's names are in botocore's model; the request's sets are a table. Operations of 2016 and later are
wrapped in `XRequest` and `XResponse` and keep their own names inside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from bastide.sandbox import moto
from bastide.sandbox.trail.redaction import OMIT, REMOVED, replacement
from bastide.sandbox.trail.shape import lower_first

_WRAPPED = re.compile(
    r"(FlowLogs|LaunchTemplate|VpcEndpoint|NatGateway|TransitGateway|InstanceMetadata|EbsEncryptionByDefault"
    r"|EbsDefaultKmsKeyId|BlockPublicAccess|SerialConsole|ManagedPrefixList|IamInstanceProfile|EgressOnly|ClientVpn"
    r"|TrafficMirror|FastSnapshot|CapacityReservation|NetworkInsights|Ipam|VerifiedAccess|SecurityGroupRules"
    r"|AllowedImagesSettings|Fleet)"
)
# Member → (name of the set, name of each item; empty when the items are structures).
_SETS = {
    "AllocationIds": ("allocationIdsSet", "allocationId"),
    "BlockDeviceMappings": ("blockDeviceMapping", ""),
    "ExecutableUsers": ("executableBySet", "user"),
    "Filters": ("filterSet", ""),
    "GroupIds": ("securityGroupIdSet", "groupId"),
    "GroupNames": ("securityGroupSet", "groupName"),
    "ImageIds": ("imagesSet", "imageId"),
    "InstanceIds": ("instancesSet", "instanceId"),
    "InternetGatewayIds": ("internetGatewayIdSet", "internetGatewayId"),
    "IpPermissions": ("ipPermissions", ""),
    "IpRanges": ("ipRanges", ""),
    "Ipv6Ranges": ("ipv6Ranges", ""),
    "KeyNames": ("keySet", "keyName"),
    "NetworkAclIds": ("networkAclIdSet", "networkAclId"),
    "NetworkInterfaceIds": ("networkInterfaceIdSet", "networkInterfaceId"),
    "NetworkInterfaces": ("networkInterfaceSet", ""),
    "Owners": ("ownersSet", "owner"),
    "PrefixListIds": ("prefixListIds", ""),
    "RegionNames": ("regionSet", "regionName"),
    "Resources": ("resourcesSet", "resourceId"),
    "RouteTableIds": ("routeTableIdSet", "routeTableId"),
    "SecurityGroupIds": ("groupSet", "groupId"),
    "SecurityGroups": ("groupSet", "groupName"),
    "SnapshotIds": ("snapshotSet", "snapshotId"),
    "SubnetIds": ("subnetSet", "subnetId"),
    "TagSpecifications": ("tagSpecificationSet", ""),
    "Tags": ("tagSet", ""),
    "UserIdGroupPairs": ("groups", ""),
    "UserIds": ("userIdSet", "userId"),
    "Values": ("valueSet", "value"),
    "VolumeIds": ("volumeSet", "volumeId"),
    "VpcIds": ("vpcSet", "vpcId"),
    "ZoneNames": ("availabilityZoneSet", "zoneName"),
}
_RULE_SETS = ("groups", "ipRanges", "ipv6Ranges", "prefixListIds")
_LAUNCH = {"ImageId": "imageId", "KeyName": "keyName", "MinCount": "minCount", "MaxCount": "maxCount"}


def request_parameters(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """`requestParameters` of an EC2 call."""
    if _WRAPPED.search(operation):
        return {f"{operation}Request": _tagged(params)}
    if operation == "RunInstances":
        return _run_instances(params)
    if operation == "ModifySnapshotAttribute":
        return _snapshot_attribute(params)
    return _structure(params)


def _structure(params: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in params.items():
        if value is None or name == "DryRun":
            continue
        if replacement("ec2", name, False) == REMOVED:
            row[lower_first(name)] = {"value": REMOVED} if isinstance(value, dict) else REMOVED
        elif isinstance(value, list):
            set_name, item = _SETS.get(name, (f"{lower_first(name)}Set", ""))
            items = [_item(item, inner) for inner in value]
            row[set_name] = {"items": items} if items else {}
        else:
            row[lower_first(name)] = _structure(value) if isinstance(value, dict) else _plain(value)
    if "ipProtocol" in row:
        row |= {name: {} for name in _RULE_SETS if name not in row}
    return row


def _item(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        made = _structure(value)
        if "tagSet" in made:  # inside a tag specification the tags are a plain list
            made["tags"] = made.pop("tagSet").get("items", [])
        return made
    return {name or "item": _plain(value)}


def _plain(value: Any) -> Any:
    return int(value.timestamp() * 1000) if isinstance(value, datetime) else value


def _run_instances(params: Mapping[str, Any]) -> dict[str, Any]:
    """The image and the counts are an item of `instancesSet`."""
    rest = {name: value for name, value in params.items() if name not in _LAUNCH}
    row = {"instancesSet": {"items": [{to: params[name] for name, to in _LAUNCH.items() if name in params}]}}
    row |= _structure(rest)
    defaults = {"blockDeviceMapping": {}, "monitoring": {"enabled": False}}
    return defaults | {"disableApiTermination": False, "disableApiStop": False} | row


def _snapshot_attribute(params: Mapping[str, Any]) -> dict[str, Any]:
    """The permission with `items`, and the attribute's kind in capitals."""
    row: dict[str, Any] = {"snapshotId": params.get("SnapshotId"), "attributeType": "CREATE_VOLUME_PERMISSION"}
    change = {lower_first(verb): rows for verb, rows in (params.get("CreateVolumePermission") or {}).items()}
    verb = lower_first(params.get("OperationType") or "add")
    if params.get("UserIds") or params.get("GroupNames"):
        users = [{"UserId": user} for user in params.get("UserIds") or []]
        change[verb] = [*users, *({"Group": group} for group in params.get("GroupNames") or [])]
    row["createVolumePermission"] = {
        verb: {"items": [_structure(one) for one in rows]} for verb, rows in change.items()
    }
    return row


def _tagged(value: Any) -> Any:
    """The wrapped form: names as in the API, elements of a list numbered by `tag`."""
    if not isinstance(value, dict):
        return _plain(value)
    row: dict[str, Any] = {}
    for name, inner in value.items():
        if replacement("ec2", name, False) == REMOVED:
            row[name] = REMOVED
        elif isinstance(inner, list):
            # Singular, as the query API spells the members of a list.
            single = name[:-1] if name.endswith("s") else name
            items = [_numbered(one, place) for place, one in enumerate(inner, start=1)]
            row[single] = items[0] if len(items) == 1 else items
        else:
            row[name] = _tagged(inner)
    return row


def _numbered(value: Any, place: int) -> dict[str, Any]:
    return _tagged(value) | {"tag": place} if isinstance(value, dict) else {"tag": place, "content": _plain(value)}


def response_elements(operation: str, answer: Mapping[str, Any], request_id: str) -> dict[str, Any]:
    """`responseElements` of an EC2 call that changes something."""
    shape = moto.service_model("ec2").operation_model(operation).output_shape
    row: dict[str, Any] = {"requestId": request_id}
    if shape is None or not shape.members:
        row["_return"] = True
    else:
        row |= _answer(shape, answer)
    return {f"{operation}Response": row} if _WRAPPED.search(operation) else row


def _answer(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        row: dict[str, Any] = {}
        for name, inner in value.items():
            found = _wire(shape, name)
            if found is not None and inner is not None:
                row[found[0]] = found[2] if found[2] is not None else _answer(found[1], inner)
        return row
    if isinstance(shape, ListShape):
        items = [_answer(shape.member, one) for one in value]
        return {"items": items} if items else {}
    return _plain(value)


@cache
def _wire(shape: StructureShape, name: str) -> tuple[str, Shape, str | None] | None:
    """(name on the wire, shape, what stands instead of the value); None when it is left out."""
    member = shape.members.get(name)
    if member is None:
        return None
    instead = replacement("ec2", name, bool(member.metadata.get("sensitive")))
    if instead == OMIT:
        return None
    wire = "_return" if name == "Return" else str(member.serialization.get("name") or lower_first(name))
    return wire, member, instead
