"""Amazon EC2: instances, and launch templates. User data is never read: it may hold secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bastide.aws.handler import Connection, Found, Handler, pages, tag_list
from bastide.aws.handlers.ec2_shapes import described, ec2_arn, listed, tag_specification, write_tags
from bastide.aws.shape import actions, before_and_after, pick, present, touched
from bastide.aws.waiting import quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties, Value

OPTIONS = ("HttpTokens", "HttpPutResponseHopLimit", "HttpEndpoint", "HttpProtocolIpv6", "InstanceMetadataTags")
GONE = ("shutting-down", "terminated")
NO_TEMPLATE = (
    "InvalidLaunchTemplateId.NotFound",
    "InvalidLaunchTemplateId.NotFoundException",
    "InvalidLaunchTemplateName.NotFoundException",
)
STOPPED = re.compile(r"\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)")
IN_PLACE = {"MetadataOptions", "SecurityGroupIds", "IamInstanceProfile", "Tags"}


class Instance(Handler):
    """AWS::EC2::Instance, those that are not terminated. In place change: metadata options, groups, profile, tags.

    {InstanceId, ImageId, InstanceType, MetadataOptions, SubnetId, VpcId, SecurityGroupIds, IamInstanceProfile (its
    name), PublicIp, PrivateIp, State {Code, Name}, StateTransitionTime (when it was stopped), VirtualizationType,
    KeyName, EbsOptimized, Monitoring, NetworkInterfaces, Tags}. Deleting terminates it, with the volumes that go with
    it.
    Source: Amazon EC2 API Reference, ModifyInstanceMetadataOptions, ModifyInstanceAttribute.
    """

    type = "AWS::EC2::Instance"
    service = "ec2"
    identified_by = ("InstanceId",)
    data_bearing = True
    actions = actions(
        read=("ec2:DescribeInstances",),
        write=(
            "ec2:RunInstances",
            "ec2:ModifyInstanceMetadataOptions",
            "ec2:ModifyInstanceAttribute",
            "ec2:CreateTags",
            "ec2:DeleteTags",
            "ec2:DescribeIamInstanceProfileAssociations",
            "ec2:AssociateIamInstanceProfile",
            "ec2:ReplaceIamInstanceProfileAssociation",
            "ec2:DisassociateIamInstanceProfile",
            "iam:PassRole",
        ),
        delete=("ec2:TerminateInstances",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        reservations = listed(at, "describe_instances", "Reservations")
        instances = (instance for reservation in reservations for instance in reservation["Instances"])
        return [_instance(at, instance) for instance in instances if instance["State"]["Name"] not in GONE]

    def read(self, at: Connection, id: str) -> Found | None:
        absent = "InvalidInstanceID.NotFound"
        reservation = described(at, "describe_instances", "Reservations", absent, InstanceIds=[id])
        if reservation is None:
            return None
        instance = reservation["Instances"][0]
        return None if instance["State"]["Name"] in GONE else _instance(at, instance)

    def create(self, at: Connection, properties: Properties) -> str:
        profile, monitored = properties.get("IamInstanceProfile"), properties.get("Monitoring")
        request = pick(properties, "ImageId", "InstanceType", "SubnetId", "SecurityGroupIds", "MetadataOptions")
        request |= pick(properties, "UserData", "KeyName", "BlockDeviceMappings", "LaunchTemplate", "EbsOptimized")
        request |= present(
            IamInstanceProfile={"Name": profile} if profile else None,
            Monitoring=None if monitored is None else {"Enabled": monitored},
            NetworkInterfaces=_interfaces_request(properties),
        )
        if "NetworkInterfaces" in request:  # EC2 takes subnet and groups there or above, not in both places
            request = {name: value for name, value in request.items() if name not in ("SubnetId", "SecurityGroupIds")}
        made = at.client("ec2").run_instances(
            MinCount=1, MaxCount=1, **request, **tag_specification("instance", properties)
        )
        return str(made["Instances"][0]["InstanceId"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        ec2, names, after = at.client("ec2"), touched(change), change.after or {}
        fixed = sorted(names - IN_PLACE)
        if fixed:
            fix = "stop it and change it by hand, or launch another one"
            raise TargetError(f"{fixed[0]} of the running instance {id} cannot be changed", at.account, fix)
        if "MetadataOptions" in names:
            options = pick(after.get("MetadataOptions") or {}, *OPTIONS)
            ec2.modify_instance_metadata_options(InstanceId=id, **options)
        if "SecurityGroupIds" in names:
            ec2.modify_instance_attribute(InstanceId=id, Groups=[*after.get("SecurityGroupIds", ())])
        if "IamInstanceProfile" in names:
            _write_profile(ec2, id, after.get("IamInstanceProfile"))
        if "Tags" in names:
            write_tags(at, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("ec2").terminate_instances, "InvalidInstanceID.NotFound", InstanceIds=[id])


def _instance(at: Connection, instance: Mapping[str, Any]) -> Found:
    id, profile, state = instance["InstanceId"], instance.get("IamInstanceProfile"), instance["State"]
    properties = pick(instance, "InstanceId", "ImageId", "InstanceType", "SubnetId", "VpcId") | present(
        MetadataOptions=pick(instance.get("MetadataOptions") or {}, *OPTIONS) or None,
        SecurityGroupIds=sorted(group["GroupId"] for group in instance.get("SecurityGroups", ())),
        IamInstanceProfile=profile["Arn"].rpartition("/")[2] if profile else None,
        PublicIp=instance.get("PublicIpAddress") or None,
        PrivateIp=instance.get("PrivateIpAddress") or None,
        State={"Code": str(state["Code"]), "Name": state["Name"]},
        StateTransitionTime=_since(str(instance.get("StateTransitionReason", ""))),
        VirtualizationType=instance.get("VirtualizationType"),
        KeyName=instance.get("KeyName") or None,
        EbsOptimized=instance.get("EbsOptimized"),
        Monitoring=_monitored(instance),
        NetworkInterfaces=_interfaces(instance),
        Tags=tag_list(instance.get("Tags")),
    )
    return Found(id, properties, ec2_arn(at, "instance", id))


def _interfaces_request(properties: Properties) -> list[dict[str, Any]] | None:
    """The interfaces that RunInstances takes; the first has the subnet and the groups that stand above."""
    wanted = [
        pick(one, "SubnetId", "NetworkInterfaceId", "PrivateIpAddress", "DeleteOnTermination", "Description")
        | pick(one, "AssociatePublicIpAddress")
        | present(Groups=one.get("GroupSet"), DeviceIndex=int(one.get("DeviceIndex", 0)))
        for one in properties.get("NetworkInterfaces") or ()
    ]
    above = present(SubnetId=properties.get("SubnetId"), Groups=properties.get("SecurityGroupIds"))
    return [
        {**(above if one["DeviceIndex"] == 0 and "NetworkInterfaceId" not in one else {}), **one} for one in wanted
    ] or None


def _since(reason: str) -> str | None:
    """When somebody stopped the instance, of ``User initiated (2026-01-31 12:00:00 GMT)``; None when it does not say.

    Source: Amazon EC2 API Reference, Instance, StateTransitionReason.
    """
    told = STOPPED.search(reason)
    return f"{told[1]}T{told[2]}Z" if told else None


def _monitored(instance: Mapping[str, Any]) -> bool | None:
    state = (instance.get("Monitoring") or {}).get("State")
    return None if state is None else state in ("enabled", "pending")


def _interfaces(instance: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The network interfaces, by their place at the instance."""
    found = [
        pick(one, "NetworkInterfaceId", "SubnetId") | {"DeviceIndex": str(one["Attachment"]["DeviceIndex"])}
        for one in instance.get("NetworkInterfaces", ())
        if "Attachment" in one
    ]
    return sorted(found, key=lambda one: int(one["DeviceIndex"])) or None


def _write_profile(ec2: Any, id: str, name: Value) -> None:
    wanted = [{"Name": "instance-id", "Values": [id]}]
    found = pages(ec2, "describe_iam_instance_profile_associations", "IamInstanceProfileAssociations", Filters=wanted)
    now = next((item["AssociationId"] for item in found if item["State"] in ("associating", "associated")), None)
    if not name and now:
        ec2.disassociate_iam_instance_profile(AssociationId=now)
    elif name and now:
        ec2.replace_iam_instance_profile_association(AssociationId=now, IamInstanceProfile={"Name": name})
    elif name:
        ec2.associate_iam_instance_profile(InstanceId=id, IamInstanceProfile={"Name": name})


class LaunchTemplate(Handler):
    """AWS::EC2::LaunchTemplate {LaunchTemplateId, LaunchTemplateName, LaunchTemplateData}. Create-only: the name.

    The data is that of the default version, without UserData. An update makes a new default version from the present
    one, so that what is not named (the user data) stays; hence it can change and add, not take away.
    Source: Amazon EC2 API Reference, CreateLaunchTemplateVersion, "SourceVersion".
    """

    type = "AWS::EC2::LaunchTemplate"
    service = "ec2"
    identified_by = ("LaunchTemplateName",)
    readable = ("LaunchTemplateData",)
    actions = actions(
        read=("ec2:DescribeLaunchTemplateVersions",),
        write=("ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"),
        delete=("ec2:DeleteLaunchTemplate",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        # Without a template's name AWS tells the default versions of all of them.
        found = listed(at, "describe_launch_template_versions", "LaunchTemplateVersions", Versions=["$Default"])
        return [_template(at, version) for version in found]

    def read(self, at: Connection, id: str) -> Found | None:
        asked = at.client("ec2").describe_launch_template_versions
        answer = quietly(asked, *NO_TEMPLATE, LaunchTemplateId=id, Versions=["$Default"])
        versions = answer["LaunchTemplateVersions"] if answer else []
        return _template(at, versions[0]) if versions else None

    def create(self, at: Connection, properties: Properties) -> str:
        name, data = properties["LaunchTemplateName"], properties["LaunchTemplateData"]
        present_one = next((found for found in self.list(at) if found.properties["LaunchTemplateName"] == name), None)
        if present_one is None:
            made = at.client("ec2").create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
            return str(made["LaunchTemplate"]["LaunchTemplateId"])
        if any(present_one.properties["LaunchTemplateData"].get(key) != value for key, value in data.items()):
            _new_version(at.client("ec2"), present_one.id, data)
        return present_one.id

    def update(self, at: Connection, id: str, change: Change) -> None:
        before, after = before_and_after(change, "LaunchTemplateData")
        changed = {key: value for key, value in (after or {}).items() if (before or {}).get(key) != value}
        if changed:
            _new_version(at.client("ec2"), id, changed)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("ec2").delete_launch_template, *NO_TEMPLATE, LaunchTemplateId=id)


def _new_version(ec2: Any, id: str, data: Mapping[str, Value]) -> None:
    made = ec2.create_launch_template_version(
        LaunchTemplateId=id, SourceVersion="$Default", LaunchTemplateData=dict(data)
    )
    number = str(made["LaunchTemplateVersion"]["VersionNumber"])
    ec2.modify_launch_template(LaunchTemplateId=id, DefaultVersion=number)


def _template(at: Connection, version: Mapping[str, Any]) -> Found:
    data = {key: value for key, value in version["LaunchTemplateData"].items() if key != "UserData"}
    properties = pick(version, "LaunchTemplateId", "LaunchTemplateName") | {"LaunchTemplateData": data}
    return Found(version["LaunchTemplateId"], properties, ec2_arn(at, "launch-template", version["LaunchTemplateId"]))
