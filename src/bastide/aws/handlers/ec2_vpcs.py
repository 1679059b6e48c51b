"""Amazon VPC: networks, their subnets and their internet gateways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bastide.aws.handler import Connection, Found, Handler, ask, tag_list
from bastide.aws.handlers.ec2_security import network_acls, security_groups
from bastide.aws.handlers.ec2_shapes import described, ec2_arn, existing, listed, tag_specification, write_tags
from bastide.aws.shape import actions, before_and_after, member, pick, present, set_changes, tag_value, touched
from bastide.aws.waiting import quietly
from bastide.model import Change, Properties, Value

DNS = {"EnableDnsSupport": "enableDnsSupport", "EnableDnsHostnames": "enableDnsHostnames"}


class VPC(Handler):
    """AWS::EC2::VPC. Create-only: CidrBlock. Identified by its name tag before it exists.

    Observed only: VpcId, DefaultSecurityGroup, DefaultNetworkAcl; ours: ``IsDefault``. The two DNS attributes cost a
    call each, the rest comes from listings that other types share.
    Source: Amazon EC2 API Reference, DescribeVpcAttribute, ModifyVpcAttribute.
    """

    type = "AWS::EC2::VPC"
    service = "ec2"
    identified_by = ("Tags.Name",)
    actions = actions(
        read=("ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:DescribeSecurityGroups", "ec2:DescribeNetworkAcls"),
        write=(
            "ec2:CreateVpc",
            "ec2:ModifyVpcAttribute",
            "ec2:ModifyVpcTenancy",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ),
        delete=("ec2:DeleteVpc",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        groups = {group.get("VpcId"): group for group in security_groups(at) if group["GroupName"] == "default"}
        acls = {acl["VpcId"]: acl for acl in network_acls(at) if acl["IsDefault"]}
        return [
            _vpc(at, vpc, groups.get(vpc["VpcId"]), acls.get(vpc["VpcId"]))
            for vpc in listed(at, "describe_vpcs", "Vpcs")
        ]

    def read(self, at: Connection, id: str) -> Found | None:
        vpc = described(at, "describe_vpcs", "Vpcs", "InvalidVpcID.NotFound", VpcIds=[id])
        if vpc is None:
            return None
        here = {"vpc-id": id}
        group = existing(at, "describe_security_groups", "SecurityGroups", here | {"group-name": "default"})
        acl = existing(at, "describe_network_acls", "NetworkAcls", here | {"default": "true"})
        return _vpc(at, vpc, group, acl)

    def create(self, at: Connection, properties: Properties) -> str:
        ec2 = at.client("ec2")
        wanted = {"tag:Name": tag_value(properties, "Name"), "cidr": str(properties["CidrBlock"])}
        vpc = existing(at, "describe_vpcs", "Vpcs", wanted)
        if vpc is None:
            request = pick(properties, "CidrBlock", "InstanceTenancy")
            vpc = ec2.create_vpc(**request, **tag_specification("vpc", properties))["Vpc"]
            ec2.get_waiter("vpc_available").wait(VpcIds=[vpc["VpcId"]])
        else:
            write_tags(at, vpc["VpcId"], tag_list(vpc.get("Tags")), properties.get("Tags"))
        for name in DNS:  # support before host names, which need it
            if properties.get(name) is not None:
                ec2.modify_vpc_attribute(VpcId=vpc["VpcId"], **{name: {"Value": properties[name]}})
        return str(vpc["VpcId"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        ec2, names, after = at.client("ec2"), touched(change), change.after or {}
        for name in DNS:
            if name in names:
                ec2.modify_vpc_attribute(VpcId=id, **{name: {"Value": bool(after.get(name))}})
        if "InstanceTenancy" in names:  # AWS allows the way from dedicated to default only
            ec2.modify_vpc_tenancy(VpcId=id, InstanceTenancy=after.get("InstanceTenancy") or "default")
        if "Tags" in names:
            write_tags(at, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("ec2").delete_vpc, "InvalidVpcID.NotFound", VpcId=id)


def _vpc(
    at: Connection, vpc: Mapping[str, Any], group: Mapping[str, Any] | None, acl: Mapping[str, Any] | None
) -> Found:
    id, ec2 = vpc["VpcId"], at.client("ec2")
    dns: dict[str, Value] = {
        name: member(ask(ec2.describe_vpc_attribute, VpcId=id, Attribute=attribute), name, "Value")
        for name, attribute in DNS.items()
    }
    properties = (
        pick(vpc, "VpcId", "CidrBlock", "InstanceTenancy", "IsDefault")
        | dns
        | present(
            DefaultSecurityGroup=member(group, "GroupId"),
            DefaultNetworkAcl=member(acl, "NetworkAclId"),
            Tags=tag_list(vpc.get("Tags")),
        )
    )
    return Found(id, properties, ec2_arn(at, "vpc", id))


class Subnet(Handler):
    """AWS::EC2::Subnet {SubnetId, VpcId, CidrBlock, AvailabilityZone, MapPublicIpOnLaunch, Tags}.

    Create-only: VpcId, CidrBlock, AvailabilityZone.
    """

    type = "AWS::EC2::Subnet"
    service = "ec2"
    identified_by = ("VpcId", "CidrBlock")
    actions = actions(
        read=("ec2:DescribeSubnets",),
        write=("ec2:CreateSubnet", "ec2:ModifySubnetAttribute", "ec2:CreateTags", "ec2:DeleteTags"),
        delete=("ec2:DeleteSubnet",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        return [_subnet(at, subnet) for subnet in listed(at, "describe_subnets", "Subnets")]

    def read(self, at: Connection, id: str) -> Found | None:
        subnet = described(at, "describe_subnets", "Subnets", "InvalidSubnetID.NotFound", SubnetIds=[id])
        return _subnet(at, subnet) if subnet else None

    def create(self, at: Connection, properties: Properties) -> str:
        ec2 = at.client("ec2")
        wanted = {"vpc-id": str(properties["VpcId"]), "cidr-block": str(properties["CidrBlock"])}
        subnet = existing(at, "describe_subnets", "Subnets", wanted)
        if subnet is None:
            request = pick(properties, "VpcId", "CidrBlock", "AvailabilityZone", "AvailabilityZoneId")
            subnet = ec2.create_subnet(**request, **tag_specification("subnet", properties))["Subnet"]
            ec2.get_waiter("subnet_available").wait(SubnetIds=[subnet["SubnetId"]])
        else:
            write_tags(at, subnet["SubnetId"], tag_list(subnet.get("Tags")), properties.get("Tags"))
        public = properties.get("MapPublicIpOnLaunch")
        if public is not None and public != subnet.get("MapPublicIpOnLaunch", False):
            ec2.modify_subnet_attribute(SubnetId=subnet["SubnetId"], MapPublicIpOnLaunch={"Value": public})
        return str(subnet["SubnetId"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        if "MapPublicIpOnLaunch" in touched(change):
            public = bool((change.after or {}).get("MapPublicIpOnLaunch"))
            at.client("ec2").modify_subnet_attribute(SubnetId=id, MapPublicIpOnLaunch={"Value": public})
        if "Tags" in touched(change):
            write_tags(at, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("ec2").delete_subnet, "InvalidSubnetID.NotFound", SubnetId=id)


def _subnet(at: Connection, subnet: Mapping[str, Any]) -> Found:
    properties = pick(subnet, "SubnetId", "VpcId", "CidrBlock", "AvailabilityZone", "MapPublicIpOnLaunch")
    properties["Tags"] = tag_list(subnet.get("Tags"))
    return Found(subnet["SubnetId"], properties, ec2_arn(at, "subnet", subnet["SubnetId"]))


class InternetGateway(Handler):
    """AWS::EC2::InternetGateway. Ours: ``Attachments`` [{VpcId}], in the registry a type of its own.

    Deleting detaches it first.
    """

    type = "AWS::EC2::InternetGateway"
    service = "ec2"
    identified_by = ("Tags.Name",)
    actions = actions(
        read=("ec2:DescribeInternetGateways",),
        write=(
            "ec2:CreateInternetGateway",
            "ec2:AttachInternetGateway",
            "ec2:DetachInternetGateway",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ),
        delete=("ec2:DeleteInternetGateway", "ec2:DetachInternetGateway", "ec2:DescribeInternetGateways"),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        found = listed(at, "describe_internet_gateways", "InternetGateways")
        return [_gateway(at, gateway) for gateway in found]

    def read(self, at: Connection, id: str) -> Found | None:
        absent = "InvalidInternetGatewayID.NotFound"
        gateway = described(at, "describe_internet_gateways", "InternetGateways", absent, InternetGatewayIds=[id])
        return _gateway(at, gateway) if gateway else None

    def create(self, at: Connection, properties: Properties) -> str:
        wanted = {"tag:Name": tag_value(properties, "Name")}
        gateway = existing(at, "describe_internet_gateways", "InternetGateways", wanted)
        if gateway is None:
            tags = tag_specification("internet-gateway", properties)
            gateway = at.client("ec2").create_internet_gateway(**tags)["InternetGateway"]
        now = _gateway(at, gateway)
        write_tags(at, now.id, now.properties["Tags"], properties.get("Tags"))
        if properties.get("Attachments") is not None:
            _attach(at.client("ec2"), now.id, now.properties["Attachments"], properties["Attachments"])
        return now.id

    def update(self, at: Connection, id: str, change: Change) -> None:
        if "Attachments" in touched(change):
            _attach(at.client("ec2"), id, *before_and_after(change, "Attachments"))
        if "Tags" in touched(change):
            write_tags(at, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        found = self.read(at, id)
        if found is not None:
            _attach(at.client("ec2"), id, found.properties["Attachments"], [])
            at.client("ec2").delete_internet_gateway(InternetGatewayId=id)


def _gateway(at: Connection, gateway: Mapping[str, Any]) -> Found:
    id = gateway["InternetGatewayId"]
    attached = sorted(item["VpcId"] for item in gateway.get("Attachments", ()))
    properties = {
        "InternetGatewayId": id,
        "Attachments": [{"VpcId": vpc} for vpc in attached],
        "Tags": tag_list(gateway.get("Tags")),
    }
    return Found(id, properties, ec2_arn(at, "internet-gateway", id))


def _attach(ec2: Any, id: str, before: Value, after: Value) -> None:
    added, removed = set_changes([item["VpcId"] for item in before or ()], [item["VpcId"] for item in after or ()])
    for vpc in removed:
        quietly(ec2.detach_internet_gateway, "Gateway.NotAttached", InternetGatewayId=id, VpcId=vpc)
    for vpc in added:
        ec2.attach_internet_gateway(InternetGatewayId=id, VpcId=vpc)
