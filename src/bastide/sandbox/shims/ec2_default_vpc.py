"""EC2: the default VPC and its subnets. moto: takes whichever subnet is first in a zone for a default one."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from bastide.sandbox import moto
from bastide.sandbox.call import Call
from bastide.sandbox.shims import Answer, shim
from bastide.sandbox.wire import AwsError

RANGE = IPv4Network("172.31.0.0/16")


@shim("ec2", "CreateSubnet")
def create_subnet(call: Call) -> Answer:
    """Never a default one, and without public addresses until it is told otherwise.

    Source: EC2 API Reference, CreateSubnet, CreateDefaultSubnet; VPC User Guide, "Default VPCs".
    """
    made: dict[str, Any] = call.forwarded()
    _set_default(call, made["Subnet"]["SubnetId"], False)
    made["Subnet"] |= {"DefaultForAz": False, "MapPublicIpOnLaunch": False}
    return made


@shim("ec2", "CreateDefaultSubnet")
def create_default_subnet(call: Call) -> Answer:
    """The default one of its zone, whatever other networks have there."""
    made: dict[str, Any] = call.forwarded()
    _set_default(call, made["Subnet"]["SubnetId"], True)
    made["Subnet"] |= {"DefaultForAz": True, "MapPublicIpOnLaunch": True}
    return made


@shim("ec2", "CreateDefaultVpc")
def create_default_vpc(call: Call) -> Answer:
    """With a subnet in every zone, an internet gateway and the route to it; beside any network of the same range."""
    backend = moto.backend("ec2", call.account, call.region)
    if any(vpc.is_default for vpc in backend.vpcs.values()):
        text = "A Default VPC already exists for this account in this region."
        raise AwsError("DefaultVpcAlreadyExists", text)
    # moto: counts anybody's first subnet of a zone among the default ones, and then finds the range taken.
    vpc = backend.create_vpc(cidr_block=str(RANGE), is_default=True)
    for zone, block in zip(backend.describe_availability_zones(), RANGE.subnets(new_prefix=20), strict=False):
        subnet = backend.create_subnet(vpc_id=vpc.id, cidr_block=str(block), availability_zone=zone.name)
        _set_default(call, subnet.id, True)
    moto.finish_default_vpc(backend)
    return {"Vpc": call.invoke("DescribeVpcs", {"VpcIds": [vpc.id]})["Vpcs"][0]}


def _set_default(call: Call, subnet_id: str, default: bool) -> None:
    found = next(row for row in _subnets(moto.backend("ec2", call.account, call.region)) if row.id == subnet_id)
    found.default_for_az = found.map_public_ip_on_launch = default


def _subnets(backend: Any) -> list[Any]:
    return [subnet for zone in backend.subnets.values() for subnet in zone.values()]
