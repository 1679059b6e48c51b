"""AWS Config: which resources it has discovered. moto: knows a handful of types, and answers nothing for all others.

One idea: one table of the call that lists a type, and where the answer has id and name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError

PAGE = 100


class Listing(NamedTuple):
    """How the resources of a type are listed: dots go into members, and through lists."""

    service: str
    operation: str
    path: str
    id: str
    name: str = ""


TYPES = {
    "AWS::CloudTrail::Trail": Listing("cloudtrail", "DescribeTrails", "trailList", "TrailARN", "Name"),
    "AWS::EC2::FlowLog": Listing("ec2", "DescribeFlowLogs", "FlowLogs", "FlowLogId"),
    "AWS::EC2::Instance": Listing("ec2", "DescribeInstances", "Reservations.Instances", "InstanceId"),
    "AWS::EC2::InternetGateway": Listing("ec2", "DescribeInternetGateways", "InternetGateways", "InternetGatewayId"),
    "AWS::EC2::NatGateway": Listing("ec2", "DescribeNatGateways", "NatGateways", "NatGatewayId"),
    "AWS::EC2::NetworkAcl": Listing("ec2", "DescribeNetworkAcls", "NetworkAcls", "NetworkAclId"),
    "AWS::EC2::NetworkInterface": Listing(
        "ec2", "DescribeNetworkInterfaces", "NetworkInterfaces", "NetworkInterfaceId"
    ),
    "AWS::EC2::RouteTable": Listing("ec2", "DescribeRouteTables", "RouteTables", "RouteTableId"),
    "AWS::EC2::SecurityGroup": Listing("ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupId", "GroupName"),
    "AWS::EC2::Subnet": Listing("ec2", "DescribeSubnets", "Subnets", "SubnetId"),
    "AWS::EC2::VPC": Listing("ec2", "DescribeVpcs", "Vpcs", "VpcId"),
    "AWS::EC2::VPCEndpoint": Listing("ec2", "DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId"),
    "AWS::EC2::Volume": Listing("ec2", "DescribeVolumes", "Volumes", "VolumeId"),
    "AWS::EKS::Cluster": Listing("eks", "ListClusters", "clusters", ""),
    "AWS::IAM::Group": Listing("iam", "ListGroups", "Groups", "GroupId", "GroupName"),
    "AWS::IAM::User": Listing("iam", "ListUsers", "Users", "UserId", "UserName"),
    "AWS::KMS::Key": Listing("kms", "ListKeys", "Keys", "KeyId"),
    "AWS::Lambda::Function": Listing("lambda", "ListFunctions", "Functions", "FunctionName", "FunctionName"),
    "AWS::SNS::Topic": Listing("sns", "ListTopics", "Topics", "TopicArn"),
    "AWS::SecretsManager::Secret": Listing("secretsmanager", "ListSecrets", "SecretList", "ARN", "Name"),
}


@shim("config", "ListDiscoveredResources")
def list_discovered_resources(call: Call) -> Answer:
    """Of one type, by ids or by name. Source: AWS Config API Reference, ListDiscoveredResources."""
    params = call.params
    listing = TYPES.get(params["resourceType"])
    if listing is None:
        return call.forward()
    ids, name = params.get("resourceIds") or [], params.get("resourceName")
    if ids and name:
        text = "Both resourceIds and resourceName are provided. Please provide only one."
        raise AwsError("InvalidParameterValueException", text)
    found = [
        row
        for row in _rows(call, params["resourceType"], listing)
        if (not ids or row["resourceId"] in ids) and (not name or row.get("resourceName") == name)
    ]
    start, most = int(params.get("nextToken") or 0), params.get("limit") or PAGE
    if not 0 < most <= PAGE:
        raise AwsError("InvalidLimitException", f"limit must be between 1 and {PAGE}")
    page = {"resourceIdentifiers": found[start : start + most]}
    return page | ({"nextToken": str(start + most)} if start + most < len(found) else {})


def _rows(call: Call, kind: str, listing: Listing) -> Iterator[dict[str, str]]:
    answer = call.invoke(listing.operation, {}, service=listing.service)
    for one in _walk(answer, listing.path.split(".")):
        row = {"resourceType": kind, "resourceId": str(one[listing.id] if listing.id else one)}
        if listing.name and one.get(listing.name):
            row["resourceName"] = str(one[listing.name])
        yield row


def _walk(at: Any, path: list[str]) -> Iterator[Any]:
    """What is at the path; lists are gone through."""
    if isinstance(at, list):
        for one in at:
            yield from _walk(one, path)
    elif not path:
        yield at
    elif isinstance(at, Mapping):
        yield from _walk(at.get(path[0], []), path[1:])
