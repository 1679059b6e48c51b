"""What the emulator alone gets wrong about default networks, as AWS documents it.

Source: Amazon VPC User Guide, "Default VPCs"; Amazon EC2 API Reference, CreateDefaultVpc, CreateSubnet.
"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def ec2(fresh: Any) -> Any:
    """EC2 of the member work, with its default VPC removed."""
    client = fresh.client("ec2", "work")
    vpc = next(row["VpcId"] for row in client.describe_vpcs()["Vpcs"] if row["IsDefault"])
    for gateway in client.describe_internet_gateways()["InternetGateways"]:
        client.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc)
        client.delete_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"])
    for subnet in client.describe_subnets()["Subnets"]:
        client.delete_subnet(SubnetId=subnet["SubnetId"])
    client.delete_vpc(VpcId=vpc)
    return client


def test_a_default_vpc_is_made_beside_a_network_of_the_same_range(ec2: Any, refused: Any) -> None:
    zones = [row["ZoneName"] for row in ec2.describe_availability_zones()["AvailabilityZones"]]
    own = ec2.create_vpc(CidrBlock="172.31.0.0/16")["Vpc"]["VpcId"]
    for number, zone in enumerate(zones):
        made = ec2.create_subnet(VpcId=own, CidrBlock=f"172.31.{number * 16}.0/20", AvailabilityZone=zone)["Subnet"]
        assert not made["DefaultForAz"]
    vpc = ec2.create_default_vpc()["Vpc"]
    assert (vpc["IsDefault"], vpc["CidrBlock"]) == (True, "172.31.0.0/16")
    here = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    subnets = ec2.describe_subnets(Filters=here)["Subnets"]
    assert sorted(row["AvailabilityZone"] for row in subnets) == sorted(zones)
    assert all(row["DefaultForAz"] and row["MapPublicIpOnLaunch"] for row in subnets)
    refused("DefaultVpcAlreadyExists", ec2.create_default_vpc)


def test_a_default_vpc_made_again_has_its_gateway_and_the_route_to_it(ec2: Any) -> None:
    vpc = ec2.create_default_vpc()["Vpc"]["VpcId"]
    gateway = ec2.describe_internet_gateways()["InternetGateways"][0]
    assert gateway["Attachments"][0]["VpcId"] == vpc
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    assert gateway["InternetGatewayId"] in {route.get("GatewayId") for route in tables[0]["Routes"]}


def test_no_subnet_of_ones_own_gives_public_addresses_by_itself(ec2: Any) -> None:
    own = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_subnet(VpcId=own, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    found = ec2.describe_subnets(SubnetIds=[made])["Subnets"][0]
    assert (found["DefaultForAz"], found["MapPublicIpOnLaunch"]) == (False, False)
    ec2.modify_subnet_attribute(SubnetId=made, MapPublicIpOnLaunch={"Value": True})
    assert ec2.describe_subnets(SubnetIds=[made])["Subnets"][0]["MapPublicIpOnLaunch"]
