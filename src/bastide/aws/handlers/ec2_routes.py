"""Amazon VPC: route tables, their routes, and which subnet uses which table. All three come from one listing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from bastide.aws.handler import Connection, Found, Handler, error_code, tag_list
from bastide.aws.handlers.ec2_shapes import described, ec2_arn, existing, filters, listed, tag_specification, write_tags
from bastide.aws.shape import actions, before_and_after, pick, tag_value, touched
from bastide.aws.waiting import quietly
from bastide.model import Change, Properties, Value

DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
TARGETS = (
    "GatewayId",
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "NetworkInterfaceId",
    "InstanceId",
    "EgressOnlyInternetGatewayId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "CoreNetworkArn",
    "VpcEndpointId",
)


def route_tables(at: Connection) -> list[dict[str, Any]]:
    """All route tables of this account and region, asked once."""
    return listed(at, "describe_route_tables", "RouteTables")


class RouteTable(Handler):
    """AWS::EC2::RouteTable. Create-only: VpcId. Ours: ``Main`` (observed). Deleting takes its subnets off it first."""

    type = "AWS::EC2::RouteTable"
    service = "ec2"
    identified_by = ("VpcId", "Tags.Name")
    actions = actions(
        read=("ec2:DescribeRouteTables",),
        write=("ec2:CreateRouteTable", "ec2:CreateTags", "ec2:DeleteTags"),
        delete=("ec2:DeleteRouteTable", "ec2:DisassociateRouteTable", "ec2:DescribeRouteTables"),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        return [_table(at, table) for table in route_tables(at)]

    def read(self, at: Connection, id: str) -> Found | None:
        table = _read_table(at, id)
        return _table(at, table) if table else None

    def create(self, at: Connection, properties: Properties) -> str:
        wanted = {"vpc-id": str(properties["VpcId"]), "tag:Name": tag_value(properties, "Name")}
        table = existing(at, "describe_route_tables", "RouteTables", wanted)
        if table is None:
            tags = tag_specification("route-table", properties)
            table = at.client("ec2").create_route_table(VpcId=properties["VpcId"], **tags)["RouteTable"]
        else:
            write_tags(at, table["RouteTableId"], tag_list(table.get("Tags")), properties.get("Tags"))
        return str(table["RouteTableId"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        if "Tags" in touched(change):
            write_tags(at, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        table = _read_table(at, id)
        for association in (table or {}).get("Associations", ()):
            if not association["Main"]:
                at.client("ec2").disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
        quietly(at.client("ec2").delete_route_table, "InvalidRouteTableID.NotFound", RouteTableId=id)


def _read_table(at: Connection, id: str) -> dict[str, Any] | None:
    return described(at, "describe_route_tables", "RouteTables", "InvalidRouteTableID.NotFound", RouteTableIds=[id])


def _table(at: Connection, table: Mapping[str, Any]) -> Found:
    id = table["RouteTableId"]
    main = any(association["Main"] for association in table.get("Associations", ()))
    properties = {
        "RouteTableId": id,
        "VpcId": table["VpcId"],
        "Main": main,
        "Tags": tag_list(table.get("Tags")),
    }
    return Found(id, properties, ec2_arn(at, "route-table", id))


class Route(Handler):
    """AWS::EC2::Route, identified by table and destination. Create-only: both. The target changes in place.

    Listed are routes that somebody made; not the local ones, nor those that a gateway endpoint or a virtual private
    gateway brings. Ours: ``State`` (active or blackhole, observed).
    """

    type = "AWS::EC2::Route"
    service = "ec2"
    identified_by = ("RouteTableId", *DESTINATIONS)
    actions = actions(
        read=("ec2:DescribeRouteTables",), write=("ec2:CreateRoute", "ec2:ReplaceRoute"), delete=("ec2:DeleteRoute",)
    )

    def list(self, at: Connection) -> Iterable[Found]:
        return [found for table in route_tables(at) for found in _routes(table)]

    def read(self, at: Connection, id: str) -> Found | None:
        table = _read_table(at, id.split("|", 1)[0])
        return next((found for found in _routes(table or {}) if found.id == id), None)

    def create(self, at: Connection, properties: Properties) -> str:
        ec2, request = at.client("ec2"), pick(properties, "RouteTableId", *DESTINATIONS, *TARGETS)
        try:
            ec2.create_route(**request)
        except ClientError as error:
            if error_code(error) != "RouteAlreadyExists":
                raise
            ec2.replace_route(**request)
        destination = next(str(properties[name]) for name in DESTINATIONS if properties.get(name))
        return f"{properties['RouteTableId']}|{destination}"

    def update(self, at: Connection, id: str, change: Change) -> None:
        before, after = change.before or {}, change.after or {}
        names = [name for name in TARGETS if after.get(name) and name in touched(change)]
        request = pick({**before, **after}, "RouteTableId", *DESTINATIONS) | pick(after, *names)
        at.client("ec2").replace_route(**request)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        absent = ("InvalidRoute.NotFound", "InvalidRouteTableID.NotFound")
        request = pick(properties, "RouteTableId", *DESTINATIONS)
        quietly(at.client("ec2").delete_route, *absent, **request)


def _routes(table: Mapping[str, Any]) -> Iterator[Found]:
    for route in table.get("Routes", ()):
        endpoint = str(route.get("GatewayId", "")).startswith("vpce-")
        if route.get("Origin") != "CreateRoute" or (endpoint and route.get("DestinationPrefixListId")):
            continue
        destination = next(route[name] for name in DESTINATIONS if route.get(name))
        properties = pick(route, *DESTINATIONS, *TARGETS, "State")
        if endpoint:
            properties["VpcEndpointId"] = properties.pop("GatewayId")
        properties |= {"RouteTableId": table["RouteTableId"], "CidrBlock": destination}
        yield Found(f"{table['RouteTableId']}|{destination}", properties)


class SubnetRouteTableAssociation(Handler):
    """AWS::EC2::SubnetRouteTableAssociation: which table a subnet uses.

    A subnet has one, and another takes its place; without one a subnet uses the VPC's main table.
    """

    type = "AWS::EC2::SubnetRouteTableAssociation"
    service = "ec2"
    identified_by = ("SubnetId",)
    actions = actions(
        read=("ec2:DescribeRouteTables",),
        write=("ec2:AssociateRouteTable", "ec2:ReplaceRouteTableAssociation"),
        delete=("ec2:DisassociateRouteTable",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        return [found for table in route_tables(at) for found in _associations(table)]

    def read(self, at: Connection, id: str) -> Found | None:
        wanted = filters({"association.route-table-association-id": id})
        tables = at.client("ec2").describe_route_tables(Filters=wanted)["RouteTables"]
        return next((found for table in tables for found in _associations(table) if found.id == id), None)

    def create(self, at: Connection, properties: Properties) -> str:
        ec2, subnet, wanted = at.client("ec2"), str(properties["SubnetId"]), str(properties["RouteTableId"])
        table = existing(at, "describe_route_tables", "RouteTables", {"association.subnet-id": subnet})
        found = (item for item in _associations(table or {}) if item.properties["SubnetId"] == subnet)
        now = next(found, None)
        if now is None:
            return str(ec2.associate_route_table(SubnetId=subnet, RouteTableId=wanted)["AssociationId"])
        if now.properties["RouteTableId"] == wanted:
            return now.id
        made = ec2.replace_route_table_association(AssociationId=now.id, RouteTableId=wanted)
        return str(made["NewAssociationId"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        wanted: Value = (change.after or {})["RouteTableId"]
        at.client("ec2").replace_route_table_association(AssociationId=id, RouteTableId=wanted)

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        absent = ("InvalidAssociationID.NotFound",)
        quietly(at.client("ec2").disassociate_route_table, *absent, AssociationId=id)


def _associations(table: Mapping[str, Any]) -> Iterator[Found]:
    for association in table.get("Associations", ()):
        if association.get("SubnetId") and not association["Main"]:
            id = association["RouteTableAssociationId"]
            properties = {"Id": id, "SubnetId": association["SubnetId"], "RouteTableId": table["RouteTableId"]}
            yield Found(id, properties)
