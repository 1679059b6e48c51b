"""VPC handlers on the sandbox."""

from typing import Any

import pytest

from bastide.aws.handlers.ec2_endpoints import FlowLog, VPCEndpoint
from bastide.aws.handlers.ec2_routes import Route, RouteTable, SubnetRouteTableAssociation
from bastide.aws.handlers.ec2_security import NetworkAcl, SecurityGroup
from bastide.aws.handlers.ec2_vpcs import VPC, InternetGateway, Subnet
from tests.aws.handlers.conftest import Connect
from tests.aws.handlers.contract import Case, change_to, keeps_its_contract
from tests.aws.handlers.delivery import bucket_for

TAGS = [{"Key": "Name", "Value": "it"}]
OTHER_TAGS = [{"Key": "Name", "Value": "it"}, {"Key": "owner", "Value": "network"}]
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/16", "Description": "from inside"}
WORLD = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}
ANYBODY = {"Effect": "Allow", "Principal": "*", "Resource": "*"}
NOTHING = {"Version": "2012-10-17", "Statement": [ANYBODY | {"Effect": "Deny", "Action": "*"}]}
SOME = {"Version": "2012-10-17", "Statement": [ANYBODY | {"Action": "s3:*"}]}


def vpc_id(at: Any) -> str:
    return VPC().create(at, {"CidrBlock": "10.0.0.0/16", "Tags": TAGS})


def subnet(at: Any) -> dict[str, Any]:
    return {
        "VpcId": vpc_id(at),
        "CidrBlock": "10.0.1.0/24",
        "AvailabilityZone": "eu-west-1a",
        "MapPublicIpOnLaunch": False,
        "Tags": TAGS,
    }


def association(at: Any) -> dict[str, Any]:
    declared = subnet(at)
    table = RouteTable().create(at, {"VpcId": declared["VpcId"], "Tags": TAGS})
    return {"SubnetId": Subnet().create(at, declared), "RouteTableId": table}


def route(at: Any) -> dict[str, Any]:
    vpc = vpc_id(at)
    gateway = InternetGateway().create(at, {"Attachments": [{"VpcId": vpc}], "Tags": TAGS})
    table = RouteTable().create(at, {"VpcId": vpc, "Tags": TAGS})
    return {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway}


def group(at: Any) -> dict[str, Any]:
    return {
        "GroupName": "web",
        "GroupDescription": "web servers",
        "VpcId": vpc_id(at),
        "SecurityGroupIngress": [HTTPS],
        "SecurityGroupEgress": [],
        "Tags": TAGS,
    }


def acl(at: Any) -> dict[str, Any]:
    entry = {"RuleNumber": 100, "Protocol": 6, "RuleAction": "allow", "CidrBlock": "10.0.0.0/16"}
    return {
        "VpcId": vpc_id(at),
        "Tags": TAGS,
        "Entries": [
            entry | {"Egress": False, "PortRange": {"From": 443, "To": 443}},
            entry | {"Egress": True, "PortRange": {"From": 1024, "To": 65535}},
        ],
    }


def gateway_endpoint(at: Any) -> dict[str, Any]:
    vpc = vpc_id(at)
    return {
        "VpcId": vpc,
        "ServiceName": "com.amazonaws.eu-west-1.s3",
        "VpcEndpointType": "Gateway",
        "PolicyDocument": SOME,
        "RouteTableIds": [RouteTable().create(at, {"VpcId": vpc, "Tags": TAGS})],
        "Tags": TAGS,
    }


def interface_endpoint(at: Any) -> dict[str, Any]:
    declared = group(at)
    inside = {"VpcId": declared["VpcId"], "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1a"}
    return {
        "VpcId": declared["VpcId"],
        "ServiceName": "com.amazonaws.eu-west-1.kms",
        "VpcEndpointType": "Interface",
        "PolicyDocument": SOME,
        "SubnetIds": [Subnet().create(at, inside)],
        "PrivateDnsEnabled": True,
        "SecurityGroupIds": [SecurityGroup().create(at, declared)],
        "Tags": TAGS,
    }


def flow_log(at: Any) -> dict[str, Any]:
    bucket = bucket_for(at, "acme-flow", "delivery.logs.amazonaws.com")
    return {
        "ResourceId": vpc_id(at),
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogDestination": f"arn:aws:s3:::{bucket}",
        "MaxAggregationInterval": 60,
        "Tags": TAGS,
    }


CASES = [
    Case(
        VPC,
        lambda at: {
            "CidrBlock": "10.0.0.0/16",
            "InstanceTenancy": "default",
            "EnableDnsSupport": True,
            "EnableDnsHostnames": True,
            "Tags": TAGS,
        },
        {"EnableDnsHostnames": False, "Tags": OTHER_TAGS},
    ),
    Case(Subnet, subnet, {"MapPublicIpOnLaunch": True, "Tags": OTHER_TAGS}),
    Case(
        InternetGateway,
        lambda at: {"Attachments": [{"VpcId": vpc_id(at)}], "Tags": TAGS},
        {"Attachments": [], "Tags": OTHER_TAGS},
    ),
    Case(RouteTable, lambda at: {"VpcId": vpc_id(at), "Tags": TAGS}, {"Tags": OTHER_TAGS}),
    Case(Route, route),
    Case(SubnetRouteTableAssociation, association),
    Case(
        SecurityGroup,
        group,
        {
            "SecurityGroupIngress": [SSH],
            "SecurityGroupEgress": [WORLD],
            "Tags": OTHER_TAGS,
        },
    ),
    Case(NetworkAcl, acl, {"Entries": [], "Tags": OTHER_TAGS}),
    Case(VPCEndpoint, gateway_endpoint, {"PolicyDocument": NOTHING, "RouteTableIds": [], "Tags": OTHER_TAGS}),
    Case(VPCEndpoint, interface_endpoint, {"PolicyDocument": NOTHING, "PrivateDnsEnabled": False}),
    Case(FlowLog, flow_log, {"Tags": OTHER_TAGS}),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_it_keeps_its_contract(case: Case, connection: Connect) -> None:
    keeps_its_contract(case, connection())


def test_the_default_group_is_adopted_emptied_and_given_back(connection: Connect) -> None:
    at, handler = connection(), SecurityGroup()
    declared = group(at) | {
        "GroupName": "default",
        "GroupDescription": "default VPC security group",
        "SecurityGroupIngress": [],
        "Tags": [],
    }
    made = handler.create(at, declared)
    found = handler.read(at, made)
    assert found and (found.properties["SecurityGroupIngress"], found.properties["SecurityGroupEgress"]) == ([], [])
    (vpc,) = [item for item in VPC().list(at) if item.properties["CidrBlock"] == "10.0.0.0/16"]
    assert vpc.properties["DefaultSecurityGroup"] == made
    handler.delete(at, made, found.properties)
    found = handler.read(at, made)
    assert found and found.properties["SecurityGroupEgress"] == [WORLD]
    assert found.properties["SecurityGroupIngress"] == [{"IpProtocol": "-1", "SourceSecurityGroupId": made}]


def test_rules_of_every_kind_are_flattened_and_come_back(connection: Connect) -> None:
    at, handler = connection(), SecurityGroup()
    declared = group(at)
    other = handler.create(at, declared | {"GroupName": "other"})
    rules = [
        {"IpProtocol": "-1", "SourceSecurityGroupId": other},
        {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "CidrIp": "10.0.0.0/8"},
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "10.1.0.0/16"},
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "10.2.0.0/16"},
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIpv6": "fd00::/8", "Description": "v6"},
    ]
    found = handler.read(at, handler.create(at, declared | {"SecurityGroupIngress": rules}))
    assert found

    def key(rule: dict[str, Any]) -> str:
        return repr(sorted(rule.items()))

    assert sorted(found.properties["SecurityGroupIngress"], key=key) == sorted(rules, key=key)


def test_a_rule_opened_by_hand_is_closed_and_the_others_stay(connection: Connect) -> None:
    at, handler = connection(), SecurityGroup()
    made = handler.create(at, group(at))
    opened = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    at.client("ec2").authorize_security_group_ingress(GroupId=made, IpPermissions=[opened])
    before = handler.read(at, made)
    assert before and SSH in before.properties["SecurityGroupIngress"]
    wanted = {"SecurityGroupIngress": [HTTPS]}
    handler.update(at, made, change_to(handler, at, made, before.properties, wanted))
    found = handler.read(at, made)
    assert found and found.properties["SecurityGroupIngress"] == [HTTPS]


def test_a_subnet_moves_to_another_table(connection: Connect) -> None:
    at, handler = connection(), SubnetRouteTableAssociation()
    declared = association(at)
    handler.create(at, declared)
    table = RouteTable().create(at, {"VpcId": vpc_id(at), "Tags": [{"Key": "Name", "Value": "other"}]})
    handler.create(at, declared | {"RouteTableId": table})
    assert [item.properties["RouteTableId"] for item in handler.list(at)] == [table]


def test_local_routes_are_not_listed(connection: Connect) -> None:
    at = connection()
    vpc_id(at)
    assert all(item.properties.get("GatewayId") != "local" for item in Route().list(at))


def test_the_network_of_a_region_is_told_by_few_calls(connection: Connect) -> None:
    vpc_id(connection())
    at = connection(kept=True)
    for handler in (
        VPC,
        Subnet,
        InternetGateway,
        RouteTable,
        Route,
        SubnetRouteTableAssociation,
        SecurityGroup,
        NetworkAcl,
        VPCEndpoint,
        FlowLog,
    ):
        list(handler().list(at))
    plain = [call for call in at.calls if call != "ec2:DescribeVpcAttribute"]
    assert len(plain) == len(set(plain)) == 8
