"""The network of a workload account: private subnets without a way to the internet, and AWS's services by endpoints.

There is no internet gateway, no NAT and no peering: what has to leave gets its path later, and by name. Nothing may
use the default security group. Endpoints let in the organization's principals, to the organization's resources.
Source: AWS PrivateLink Guide, "Control access using endpoint policies"; VPC User Guide, "Flow logs".
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from bastide.declare import policies
from bastide.declare.expansion.addresses import Wanted, allocate, subnets
from bastide.declare.expansion.archive import bucket_arn, bucket_policy_of
from bastide.declare.expansion.survey import Member, Survey
from bastide.model import Properties, Resource, provisional

GATEWAYS = ("s3", "dynamodb")  # by route; all others by interface
ZONES = {"ap-northeast-1": "acd", "ca-central-1": "abd"}  # letters of zones where they are not a, b, c
# All of version 2, and what tells a flow's instance, direction and true ends.
FLOW_FORMAT = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id flow-direction "
    "traffic-path"
)
# Services through which the account's principals use its data key.
DATA_SERVICES = ("dynamodb", "ec2", "rds", "s3", "secretsmanager", "sqs")
TCP = 6  # Source: IANA, "Protocol Numbers"
ADMINISTRATION = (22, 3389)  # SSH and remote desktop
DEFAULT_GROUP = "default VPC security group"  # AWS's own description, which cannot change


def wanted(survey: Survey) -> list[Wanted]:
    """(account name, region) of every network, sorted."""
    regions = survey.architecture.network.regions or (survey.home,)
    return sorted((member.name, region) for member in survey.members if member.network for region in set(regions))


def network(survey: Survey) -> Iterator[Resource]:
    """Every network with its endpoints, flow logs and data key."""
    asked = survey.architecture.network
    if asked.cidr is None:
        return
    kept = {name: IPv4Network(text) for name, text in survey.known.networks.items()}
    ranges = allocate(asked.cidr, asked.prefix, wanted(survey), kept)
    for (account, region), cidr in sorted(ranges.items()):
        yield from _network(survey, survey.by_name[account], region, cidr)


def _network(survey: Survey, member: Member, region: str, cidr: IPv4Network) -> Iterator[Resource]:
    at = (member, region)
    vpc = _made(
        survey,
        at,
        "AWS::EC2::VPC",
        "vpc",
        {"CidrBlock": str(cidr), "EnableDnsSupport": True, "EnableDnsHostnames": True},
        member.name,
        "network.cidr",
    )
    yield vpc
    yield _closed_group(survey, at, vpc)
    yield _closed_to_administration(survey, at, vpc)
    route_table = _made(
        survey, at, "AWS::EC2::RouteTable", "rtb", {"VpcId": vpc.id}, f"{member.name}-private", "network"
    )
    yield route_table
    private = list(_subnets(survey, at, vpc, cidr))
    yield from private
    yield from (_association(survey, at, route_table, subnet) for subnet in private)
    yield from _endpoints(survey, at, vpc, route_table, private)
    if survey.architecture.logs.flow_logs:
        yield _flow_log(survey, at, vpc)
    yield from _data_key(survey, at)


At = tuple[Member, str]


def _made(survey: Survey, at: At, type: str, prefix: str, properties: Properties, name: str, said: str) -> Resource:
    """An EC2 resource with a Name tag, from which its provisional id is made."""
    member, region = at
    id = provisional.short_id(prefix, member.name, region, name)
    resource = {"vpc": "vpc", "rtb": "route-table", "sg": "security-group", "vpce": "vpc-endpoint"}
    resource |= {"subnet": "subnet", "fl": "vpc-flow-log", "acl": "network-acl"}
    tagged = {**properties, "Tags": survey.tags(Name=name)}
    return survey.make(type, at, id, tagged, said, arn=survey.arn("ec2", region, member.id, f"{resource[prefix]}/{id}"))


def _closed_group(survey: Survey, at: At, vpc: Resource) -> Resource:
    """The group that a network interface gets when it names none: nothing goes in or out of it."""
    properties = {
        "GroupName": "default",
        "GroupDescription": DEFAULT_GROUP,
        "VpcId": vpc.id,
        "SecurityGroupIngress": [],
        "SecurityGroupEgress": [],
    }
    name = f"{at[0].name}-default-closed"
    return _made(survey, at, "AWS::EC2::SecurityGroup", "sg", properties, name, "network")


def _closed_to_administration(survey: Survey, at: At, vpc: Resource) -> Resource:
    """The network ACL that every subnet has unless it names one: AWS's own, but without SSH and remote desktop.

    Machines are administered by Session Manager, which needs no open port; the rest is left to security groups.
    """
    everything = {"Protocol": -1, "RuleAction": "allow", "CidrBlock": "0.0.0.0/0", "RuleNumber": 100}
    denied = {"Protocol": TCP, "RuleAction": "deny", "CidrBlock": "0.0.0.0/0", "Egress": False}
    ports = [
        {**denied, "RuleNumber": 80 + number, "PortRange": {"From": port, "To": port}}
        for number, port in enumerate(ADMINISTRATION)
    ]
    entries = [*ports, {**everything, "Egress": False}, {**everything, "Egress": True}]
    properties = {"VpcId": vpc.id, "IsDefault": True, "Entries": entries}
    name = f"{at[0].name}-default-no-administration"
    return _made(survey, at, "AWS::EC2::NetworkAcl", "acl", properties, name, "network")


def _subnets(survey: Survey, at: At, vpc: Resource, cidr: IPv4Network) -> Iterator[Resource]:
    member, region = at
    letters = ZONES.get(region, "abc")
    for letter, part in zip(letters, subnets(cidr, survey.architecture.network.availability_zones), strict=False):
        properties = {
            "VpcId": vpc.id,
            "CidrBlock": str(part),
            "AvailabilityZone": f"{region}{letter}",
            "MapPublicIpOnLaunch": False,
        }
        name = f"{member.name}-private-{letter}"
        yield _made(survey, at, "AWS::EC2::Subnet", "subnet", properties, name, "network.availability-zones")


def _association(survey: Survey, at: At, route_table: Resource, subnet: Resource) -> Resource:
    id = provisional.short_id("rtbassoc", route_table.id, subnet.id)
    properties = {"RouteTableId": route_table.id, "SubnetId": subnet.id}
    return survey.make("AWS::EC2::SubnetRouteTableAssociation", at, id, properties, "network")


def _endpoints(
    survey: Survey, at: At, vpc: Resource, route_table: Resource, private: list[Resource]
) -> Iterator[Resource]:
    services = sorted(set(survey.architecture.network.endpoints))
    if not services:
        return
    group = _endpoint_group(survey, at, vpc)
    if any(service not in GATEWAYS for service in services):
        yield group
    for service in services:
        how: Properties = {"VpcEndpointType": "Gateway", "RouteTableIds": [route_table.id]}
        if service not in GATEWAYS:
            how = {
                "VpcEndpointType": "Interface",
                "SubnetIds": [subnet.id for subnet in private],
                "SecurityGroupIds": [group.id],
                "PrivateDnsEnabled": True,
            }
        properties = {
            "VpcId": vpc.id,
            "ServiceName": f"com.amazonaws.{at[1]}.{service}",
            "PolicyDocument": _endpoint_policy(survey, service, at[1]),
            **how,
        }
        name = f"{at[0].name}-{service}"
        yield _made(survey, at, "AWS::EC2::VPCEndpoint", "vpce", properties, name, "network.endpoints")


def _endpoint_policy(survey: Survey, service: str, region: str) -> Properties:
    return policies.vpc_endpoint_policy(survey.known.organization_id, service, region, partition=survey.known.partition)


def _endpoint_group(survey: Survey, at: At, vpc: Resource) -> Resource:
    https = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "CidrIp": vpc.properties["CidrBlock"],
        "Description": "HTTPS from this network",
    }
    name = f"{at[0].name}-endpoints"
    properties = {
        "GroupName": name,
        "GroupDescription": "Interface endpoints: HTTPS from this network",
        "VpcId": vpc.id,
        "SecurityGroupIngress": [https],
        "SecurityGroupEgress": [],
    }
    return _made(survey, at, "AWS::EC2::SecurityGroup", "sg", properties, name, "network.endpoints")


def _flow_log(survey: Survey, at: At, vpc: Resource) -> Resource:
    properties = {
        "ResourceType": "VPC",
        "ResourceId": vpc.id,
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogDestination": bucket_arn(survey, "flow-logs"),
        "LogFormat": " ".join(f"${{{field}}}" for field in FLOW_FORMAT.split()),
        "MaxAggregationInterval": 60,
    }
    made = _made(survey, at, "AWS::EC2::FlowLog", "fl", properties, f"{at[0].name}-flow-log", "logs.flow-logs")
    after = [bucket_policy_of(survey, "flow-logs")]
    return survey.make(made.type, at, made.id, made.properties, "logs.flow-logs", arn=made.arn, after=after)


def _data_key(survey: Survey, at: At) -> Iterator[Resource]:
    """A key for the account's data: its administrators cannot use it, its users cannot administer it."""
    member, region = at
    id = provisional.uuid("key", member.name, region, "data")
    properties = {
        "Description": f"Encrypts data of {member.name}",
        "Enabled": True,
        "EnableKeyRotation": True,
        "KeyPolicy": policies.data_key_policy(member.id, region, DATA_SERVICES, partition=survey.known.partition),
        "Tags": survey.tags(bastide_name="bastide/data"),
    }
    arn = survey.arn("kms", region, member.id, f"key/{id}")
    yield survey.make("AWS::KMS::Key", at, id, properties, "network", arn=arn)
    name = "alias/bastide/data"
    alias_arn = survey.arn("kms", region, member.id, name)
    yield survey.make("AWS::KMS::Alias", at, name, {"AliasName": name, "TargetKeyId": id}, "network", arn=alias_arn)
