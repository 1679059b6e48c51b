"""Amazon VPC: endpoints, and flow logs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bastide.aws.handler import Connection, Found, Handler, pages, tag_list
from bastide.aws.handlers.ec2_shapes import described, ec2_arn, filters, listed, tag_specification, write_tags
from bastide.aws.shape import (
    actions,
    before_and_after,
    parse_document,
    pick,
    present,
    render_document,
    set_changes,
    touched,
)
from bastide.aws.waiting import quietly
from bastide.errors import TargetError
from bastide.model import Change, Properties, Value

GONE = ("deleting", "deleted", "failed", "rejected", "expired")
# Registry name → ModifyVpcEndpoint's parameters.
SETS = {
    "RouteTableIds": ("AddRouteTableIds", "RemoveRouteTableIds"),
    "SubnetIds": ("AddSubnetIds", "RemoveSubnetIds"),
    "SecurityGroupIds": ("AddSecurityGroupIds", "RemoveSecurityGroupIds"),
}


class VPCEndpoint(Handler):
    """AWS::EC2::VPCEndpoint. Create-only: VpcId, ServiceName, VpcEndpointType. One a VPC and service.

    Without a PolicyDocument AWS puts one that allows everything, and lists it as such.
    Source: AWS PrivateLink Guide, "Control access to VPC endpoints using endpoint policies".
    """

    type = "AWS::EC2::VPCEndpoint"
    service = "ec2"
    identified_by = ("VpcId", "ServiceName")
    actions = actions(
        read=("ec2:DescribeVpcEndpoints",),
        write=("ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint", "ec2:CreateTags", "ec2:DeleteTags"),
        delete=("ec2:DeleteVpcEndpoints",),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        found = listed(at, "describe_vpc_endpoints", "VpcEndpoints")
        return [_endpoint(at, endpoint) for endpoint in found if endpoint["State"].lower() not in GONE]

    def read(self, at: Connection, id: str) -> Found | None:
        absent = "InvalidVpcEndpointId.NotFound"
        found = described(at, "describe_vpc_endpoints", "VpcEndpoints", absent, VpcEndpointIds=[id])
        return _endpoint(at, found) if found and found["State"].lower() not in GONE else None

    def create(self, at: Connection, properties: Properties) -> str:
        wanted = filters({"vpc-id": str(properties["VpcId"]), "service-name": str(properties["ServiceName"])})
        for endpoint in pages(at.client("ec2"), "describe_vpc_endpoints", "VpcEndpoints", Filters=wanted):
            if endpoint["State"].lower() not in GONE:
                now = _endpoint(at, endpoint)
                _modify(at, now.id, now.properties, properties, frozenset(properties))
                return now.id
        request = pick(
            properties,
            "VpcId",
            "ServiceName",
            "VpcEndpointType",
            "RouteTableIds",
            "SubnetIds",
            "SecurityGroupIds",
            "PrivateDnsEnabled",
            "IpAddressType",
        )
        policy = properties.get("PolicyDocument")
        request |= present(PolicyDocument=None if policy is None else render_document(policy))
        made = at.client("ec2").create_vpc_endpoint(**request, **tag_specification("vpc-endpoint", properties))
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def update(self, at: Connection, id: str, change: Change) -> None:
        _modify(at, id, change.before or {}, change.after or {}, touched(change))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        if self.read(at, id) is None:
            return
        refused = at.client("ec2").delete_vpc_endpoints(VpcEndpointIds=[id]).get("Unsuccessful") or []
        if refused:
            raise TargetError(f"endpoint {id}: {refused[0]['Error']['Message']}", f"{at.account}/{at.region}")


def _endpoint(at: Connection, endpoint: Mapping[str, Any]) -> Found:
    id, kind = endpoint["VpcEndpointId"], endpoint["VpcEndpointType"]
    properties = (
        {"Id": id}
        | pick(endpoint, "VpcId", "ServiceName", "VpcEndpointType")
        | present(
            PolicyDocument=parse_document(endpoint.get("PolicyDocument") or None),
            RouteTableIds=sorted(endpoint.get("RouteTableIds", ())) if kind == "Gateway" else None,
            SubnetIds=None if kind == "Gateway" else sorted(endpoint.get("SubnetIds", ())),
            SecurityGroupIds=None
            if kind == "Gateway"
            else sorted(item["GroupId"] for item in endpoint.get("Groups", ())),
            PrivateDnsEnabled=None if kind == "Gateway" else endpoint.get("PrivateDnsEnabled"),
            Tags=tag_list(endpoint.get("Tags")),
        )
    )
    return Found(id, properties, ec2_arn(at, "vpc-endpoint", id))


def _modify(at: Connection, id: str, before: Properties, after: Properties, names: frozenset[str]) -> None:
    request: dict[str, Any] = {}
    if "PolicyDocument" in names and before.get("PolicyDocument") != after.get("PolicyDocument"):
        policy = after.get("PolicyDocument")
        request |= {"ResetPolicy": True} if policy is None else {"PolicyDocument": render_document(policy)}
    if "PrivateDnsEnabled" in names and before.get("PrivateDnsEnabled") != after.get("PrivateDnsEnabled"):
        request["PrivateDnsEnabled"] = bool(after.get("PrivateDnsEnabled"))
    for name in names & SETS.keys():
        add, remove = SETS[name]
        added, removed = set_changes(before.get(name), after.get(name))
        request |= present(**{add: added or None, remove: removed or None})
    if request:
        at.client("ec2").modify_vpc_endpoint(VpcEndpointId=id, **request)
    if "Tags" in names:
        write_tags(at, id, before.get("Tags"), after.get("Tags"))


RESOURCES = {
    "vpc-": "VPC",
    "subnet-": "Subnet",
    "eni-": "NetworkInterface",
    "tgw-attach-": "TransitGatewayAttachment",
    "tgw-": "TransitGateway",
}


class FlowLog(Handler):
    """AWS::EC2::FlowLog. Everything but its tags is create-only. Ours: ``DeliverLogsStatus`` (observed).

    Needs the destination's policy in place. Source: Amazon VPC User Guide, "Publish flow logs to Amazon S3".
    """

    type = "AWS::EC2::FlowLog"
    service = "ec2"
    identified_by = ("ResourceId", "LogDestination")
    actions = actions(
        read=("ec2:DescribeFlowLogs",),
        write=(
            "ec2:CreateFlowLogs",
            "ec2:CreateTags",
            "ec2:DeleteTags",
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "iam:PassRole",
        ),
        delete=("ec2:DeleteFlowLogs", "logs:DeleteLogDelivery"),
    )

    def list(self, at: Connection) -> Iterable[Found]:
        return [_flow_log(at, log) for log in listed(at, "describe_flow_logs", "FlowLogs")]

    def read(self, at: Connection, id: str) -> Found | None:
        log = described(at, "describe_flow_logs", "FlowLogs", "InvalidFlowLogId.NotFound", FlowLogIds=[id])
        return _flow_log(at, log) if log else None

    def create(self, at: Connection, properties: Properties) -> str:
        wanted = {"resource-id": str(properties["ResourceId"])}
        for log in pages(at.client("ec2"), "describe_flow_logs", "FlowLogs", Filter=filters(wanted)):
            now = _flow_log(at, log)
            if all(now.properties.get(name) == properties.get(name) for name in ("LogDestination", "LogGroupName")):
                write_tags(at, now.id, now.properties["Tags"], properties.get("Tags"))
                return now.id
        request = pick(
            properties,
            "TrafficType",
            "LogDestinationType",
            "LogDestination",
            "MaxAggregationInterval",
            "LogFormat",
            "LogGroupName",
            "DeliverLogsPermissionArn",
            "DeliverCrossAccountRole",
            "DestinationOptions",
        )
        made = at.client("ec2").create_flow_logs(
            ResourceIds=[properties["ResourceId"]],
            ResourceType=properties["ResourceType"],
            **request,
            **tag_specification("vpc-flow-log", properties),
        )
        if made.get("Unsuccessful"):
            refused = made["Unsuccessful"][0]["Error"]
            what = f"no flow log for {properties['ResourceId']}: {refused['Code']}: {refused['Message']}"
            raise TargetError(what, f"{at.account}/{at.region}", "check the destination and its policy")
        return str(made["FlowLogIds"][0])

    def update(self, at: Connection, id: str, change: Change) -> None:
        if "Tags" in touched(change):
            write_tags(at, id, *before_and_after(change, "Tags"))

    def delete(self, at: Connection, id: str, properties: Properties) -> None:
        quietly(at.client("ec2").delete_flow_logs, "InvalidFlowLogId.NotFound", FlowLogIds=[id])


def _flow_log(at: Connection, log: Mapping[str, Any]) -> Found:
    id, resource = log["FlowLogId"], log["ResourceId"]
    kind: Value = next((name for prefix, name in RESOURCES.items() if resource.startswith(prefix)), None)
    properties = (
        {"Id": id}
        | pick(
            log,
            "ResourceId",
            "TrafficType",
            "LogDestinationType",
            "LogDestination",
            "LogFormat",
            "LogGroupName",
            "MaxAggregationInterval",
            "DeliverLogsPermissionArn",
            "DeliverLogsStatus",
        )
        | present(ResourceType=kind, Tags=tag_list(log.get("Tags")))
    )
    return Found(id, properties, ec2_arn(at, "vpc-flow-log", id))
