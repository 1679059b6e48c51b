"""EC2's condition keys: each speaks about one of the resources that a call touches.

One idea: one function a resource type; what the request does not say is read from the resource, the launch template or
the account's defaults, as EC2 does.

Source: Service Authorization Reference, "Condition keys for Amazon EC2"; EC2 User Guide, "Example policies to control
access using attribute conditions".
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.authorize.context import Keys
from bastide.sandbox.authorize.resources import Question
from bastide.sandbox.authorize.service_keys import extra, text
from bastide.sandbox.call import Call

METADATA = {
    "HttpTokens": "ec2:MetadataHttpTokens",
    "HttpPutResponseHopLimit": "ec2:MetadataHttpPutResponseHopLimit",
    "HttpEndpoint": "ec2:MetadataHttpEndpoint",
    "InstanceMetadataTags": "ec2:InstanceMetadataTags",
}


@extra("ec2")
def ec2(call: Call, question: Question) -> Keys:
    """The keys of the resource's type, and those of attributes that are changed."""
    found: Keys = {"ec2:Region": call.region}
    read = {
        "instance": _instance, "volume": _volume, "network-interface": _interface, "subnet": _placed, "image": _image,
        "security-group": _placed, "route-table": _placed, "network-acl": _placed, "snapshot": _snapshot,
        "vpc-endpoint": _endpoint,
    }.get(question.kind)  # fmt: skip
    if read is not None:
        found |= read(call, question)
    if call.operation.startswith(("Modify", "Reset")):
        found |= _attributes(call)
    return found


def _backend(call: Call) -> Any:
    return moto.backend("ec2", call.account, call.region)


def _template(call: Call) -> Mapping[str, Any]:
    """What the launch template says, when the call names one."""
    named = call.params.get("LaunchTemplate") or {}
    templates = _backend(call).launch_templates
    identifier, name = named.get("LaunchTemplateId"), named.get("LaunchTemplateName")
    found = next((one for key, one in templates.items() if key == identifier or one.name == name), None)
    if found is None or not named:
        return {}
    wanted = str(named.get("Version") or "$Default")
    version = {"$Default": found.default_version, "$Latest": found.latest_version}.get(wanted)
    number = found.get_version(version().number if callable(version) else wanted)
    data: Mapping[str, Any] = number.data
    return data


def _instance(call: Call, question: Question) -> Keys:
    if call.operation != "RunInstances":
        return _existing_instance(call, question)
    template = _template(call)

    def said(member: str) -> Any:
        return call.params.get(member, template.get(member))

    found: Keys = {"ec2:Tenancy": str((said("Placement") or {}).get("Tenancy") or "default")}
    for key, member in (("ec2:InstanceType", "InstanceType"), ("ec2:EbsOptimized", "EbsOptimized")):
        value = text(said(member))
        found |= {key: value} if value is not None else {}
    options = {**(template.get("MetadataOptions") or {}), **(call.params.get("MetadataOptions") or {})}
    for member, key in METADATA.items():
        if options.get(member) is not None:
            found[key] = str(options[member])
    profile = said("IamInstanceProfile") or {}
    if profile:
        name = profile.get("Name")
        found["ec2:InstanceProfile"] = str(profile.get("Arn") or f"arn:aws:iam::{call.account}:instance-profile/{name}")
    zone = (said("Placement") or {}).get("AvailabilityZone")
    found |= {"ec2:AvailabilityZone": str(zone)} if zone else {}
    market = (said("InstanceMarketOptions") or {}).get("MarketType")
    found |= {"ec2:InstanceMarketType": str(market or "on-demand")}
    if call.params.get("LaunchTemplate"):
        found["ec2:IsLaunchTemplateResource"] = "true"
    return found


def _existing_instance(call: Call, question: Question) -> Keys:
    identifier = question.resource.rpartition("/")[2]
    found = next((one for one in _backend(call).all_instances() if one.id == identifier), None)
    if found is None:
        return {}
    keys: Keys = {"ec2:InstanceType": str(found.instance_type), "ec2:InstanceID": identifier}
    options = getattr(found, "metadata_options", None)
    for member, key in METADATA.items():
        value = options.get(member) if isinstance(options, Mapping) else None
        keys |= {key: str(value)} if value is not None else {}
    return keys


def _default_encryption(call: Call) -> bool:
    return bool(_backend(call).ebs_encryption_by_default)


def _volume(call: Call, question: Question) -> Keys:
    params = call.params
    if call.operation == "RunInstances":
        mappings = [row.get("Ebs") or {} for row in params.get("BlockDeviceMappings") or ()]
        plain = any(str(row.get("Encrypted", False)).lower() != "true" for row in mappings) or not mappings
        encrypted = _default_encryption(call) or not plain
        first: Mapping[str, Any] = mappings[0] if mappings else {}
    elif call.operation == "CreateVolume":
        encrypted = _default_encryption(call) or str(params.get("Encrypted", False)).lower() == "true"
        first = params
    else:
        volume = _backend(call).volumes.get(question.resource.rpartition("/")[2])
        if volume is None:
            return {}
        encrypted = str(volume.encrypted).lower() == "true"
        first = {"VolumeSize": volume.size, "VolumeType": volume.volume_type, "AvailabilityZone": volume.zone.name}
        first = {**first, "VolumeID": volume.id}
    found: Keys = {"ec2:Encrypted": str(encrypted).lower()}
    rows = {
        "ec2:VolumeSize": first.get("VolumeSize", first.get("Size")), "ec2:VolumeType": first.get("VolumeType"),
        "ec2:VolumeIops": first.get("Iops"), "ec2:VolumeThroughput": first.get("Throughput"),
        "ec2:KmsKeyId": first.get("KmsKeyId"), "ec2:AvailabilityZone": first.get("AvailabilityZone"),
        "ec2:VolumeID": first.get("VolumeID"),
    }  # fmt: skip
    for key, value in rows.items():
        as_text = text(value)
        found |= {key: as_text} if as_text is not None else {}
    source = first.get("SnapshotId")
    return found | ({"ec2:ParentSnapshot": f"arn:aws:ec2:{call.region}::snapshot/{source}"} if source else {})


def _interface(call: Call, question: Question) -> Keys:
    rows = call.params.get("NetworkInterfaces") or [{}]
    subnet = call.params.get("SubnetId") or rows[0].get("SubnetId")
    found = _subnet_keys(call, str(subnet)) if subnet else {}
    public = rows[0].get("AssociatePublicIpAddress")
    return found | ({"ec2:AssociatePublicIpAddress": str(public).lower()} if public is not None else {})


def _subnet_keys(call: Call, identifier: str) -> Keys:
    prefix = f"arn:aws:ec2:{call.region}:{call.account}"
    found: Keys = {"ec2:Subnet": f"{prefix}:subnet/{identifier}"}
    for zones in _backend(call).subnets.values():
        if identifier in zones:
            found["ec2:Vpc"] = f"{prefix}:vpc/{zones[identifier].vpc_id}"
            found["ec2:AvailabilityZone"] = str(zones[identifier].availability_zone)
    return found


def _placed(call: Call, question: Question) -> Keys:
    """What lies in a VPC knows which."""
    identifier = question.resource.rpartition("/")[2]
    if question.kind == "subnet" and identifier != "*":
        return _subnet_keys(call, identifier) | {"ec2:SubnetID": identifier}
    vpc = call.params.get("VpcId")
    if question.kind == "security-group" and identifier != "*":
        groups = _backend(call).groups
        vpc = next((vpc for vpc, rows in groups.items() if identifier in rows), vpc)
    return {"ec2:Vpc": f"arn:aws:ec2:{call.region}:{call.account}:vpc/{vpc}"} if vpc else {}


def _image(call: Call, question: Question) -> Keys:
    identifier = question.resource.rpartition("/")[2]
    image = _backend(call).amis.get(identifier)
    if image is None:
        return {"ec2:ImageID": identifier}
    return {
        "ec2:ImageID": identifier,
        "ec2:Owner": str(image.owner_id),
        "ec2:Public": str(bool(image.is_public)).lower(),
        "ec2:ImageType": "machine",
        "ec2:RootDeviceType": str(image.root_device_type or "ebs"),
    } | _sharing(call)


def _snapshot(call: Call, question: Question) -> Keys:
    identifier = question.resource.rpartition("/")[2]
    snapshot = _backend(call).snapshots.get(identifier)
    found = _sharing(call)
    if snapshot is None:
        return found
    return found | {
        "ec2:SnapshotID": identifier,
        "ec2:Owner": str(snapshot.owner_id),
        "ec2:Encrypted": str(snapshot.encrypted).lower(),
        "ec2:VolumeSize": str(snapshot.volume.size),
        "ec2:ParentVolume": f"arn:aws:ec2:{call.region}:{call.account}:volume/{snapshot.volume.id}",
    }


def _sharing(call: Call) -> Keys:
    """`ec2:Add/…` and `ec2:Remove/…` of who an image or snapshot is shared with."""
    changes: dict[str, list[str]] = {}
    for member in ("LaunchPermission", "CreateVolumePermission"):
        for verb in ("Add", "Remove"):
            for row in (call.params.get(member) or {}).get(verb) or ():
                for kind, name in (("UserId", "userId"), ("Group", "group"), ("OrganizationArn", "organizationArn")):
                    if row.get(kind):
                        changes.setdefault(f"ec2:{verb}/{name}", []).append(str(row[kind]))
    verb = str(call.params.get("OperationType") or "").capitalize()
    for member, name in (("UserIds", "userId"), ("GroupNames", "group"), ("UserGroups", "group")):
        if verb and call.params.get(member):
            changes.setdefault(f"ec2:{verb}/{name}", []).extend(map(str, call.params[member]))
    return {key: tuple(values) for key, values in changes.items()}


def _endpoint(call: Call, question: Question) -> Keys:
    name = call.params.get("ServiceName")
    if not name:
        return {}
    found: Keys = {"ec2:VpceServiceName": str(name)}
    return found | ({"ec2:VpceServiceOwner": "amazon"} if str(name).startswith(("com.amazonaws.", "aws.")) else {})


def _attributes(call: Call) -> Keys:
    """`ec2:Attribute` and `ec2:Attribute/…` of a change."""
    found: Keys = {}
    for member, value in call.params.items():
        if member in ("DryRun", "InstanceId", "ImageId", "SnapshotId", "VpcId", "SubnetId"):
            continue
        plain = value.get("Value") if isinstance(value, Mapping) and "Value" in value else value
        if isinstance(plain, bytes):
            plain = base64.b64encode(plain).decode()
        as_text = text(plain)
        if as_text is not None:
            found[f"ec2:Attribute/{member}"] = as_text
        found.setdefault("ec2:Attribute", member)
    named = call.params.get("Attribute")
    return found | ({"ec2:Attribute": str(named)} if named else {})
