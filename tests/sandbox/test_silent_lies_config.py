"""AWS Config's inventory, as AWS documents it.

Source: AWS Config API Reference, ListDiscoveredResources.
"""

from __future__ import annotations

from typing import Any

import pytest

from bastide.sandbox.shims.config_inventory import TYPES


@pytest.fixture
def config(world: Any) -> Any:
    """AWS Config of the member work."""
    return world.client("config", "work")


def test_security_groups_are_found_by_id_and_by_name(world: Any, config: Any) -> None:
    ec2 = world.client("ec2", "work")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    made = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    kind = {"resourceType": "AWS::EC2::SecurityGroup"}
    found = {row["resourceId"]: row for row in config.list_discovered_resources(**kind)["resourceIdentifiers"]}
    assert found[made]["resourceName"] == "web"
    assert len(found) == len(ec2.describe_security_groups()["SecurityGroups"])
    for chosen in ({"resourceIds": [made]}, {"resourceName": "web"}):
        rows = config.list_discovered_resources(**kind, **chosen)["resourceIdentifiers"]
        assert [row["resourceId"] for row in rows] == [made]


def test_the_inventory_comes_in_pages(config: Any) -> None:
    kind = {"resourceType": "AWS::EC2::Subnet", "limit": 1}
    first = config.list_discovered_resources(**kind)
    second = config.list_discovered_resources(**kind, nextToken=first["nextToken"])
    assert first["resourceIdentifiers"] != second["resourceIdentifiers"]


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_every_type_of_the_table_can_be_listed(config: Any, kind: str) -> None:
    assert isinstance(config.list_discovered_resources(resourceType=kind)["resourceIdentifiers"], list)
