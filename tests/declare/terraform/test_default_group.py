"""The default security group of a VPC: rules that name it by its VPC are its rules, declared or not."""

from collections.abc import Mapping
from typing import Any

import pytest

from bastide.model import Estate
from tests.declare.terraform.plans import configured, plan, read, refs, resource, root

VPC, DECLARED = "aws_vpc.v", "aws_default_security_group.d"
RULES = ("aws_vpc_security_group_ingress_rule.r", "aws_vpc_security_group_egress_rule.r")


def estate(rule: str, *, declared: bool) -> Estate:
    """A rule of the default group of a VPC that is yet to be made."""
    values: Mapping[str, Any] = {"ip_protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_ipv4": "10.0.0.0/8"}
    names = refs(f"{VPC}.default_security_group_id")
    resources = [resource(VPC, {"cidr_block": "10.0.0.0/16"}), resource(rule, values)]
    unknown = {rule: {"security_group_id": True}}
    told = [configured(VPC, {"cidr_block": "10.0.0.0/16"}), configured(rule, {**values, "security_group_id": names})]
    if declared:
        resources.append(resource(DECLARED, {}))
        unknown[DECLARED] = {"vpc_id": True}
        told.append(configured(DECLARED, {"vpc_id": refs(f"{VPC}.id")}))
    return read(plan(*resources, unknown=unknown, configuration=root(*told))).estate


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("declared", [True, False])
def test_a_rule_that_names_the_group_by_its_vpc_is_a_rule_of_the_default_group(rule: str, declared: bool) -> None:
    found = estate(rule, declared=declared)
    (group,) = found.of_type("AWS::EC2::SecurityGroup")
    made = [one for one in found.resources if one.type.startswith("AWS::EC2::SecurityGroup") and one is not group]
    assert group.get("GroupName") == "default"
    assert [one.get("GroupId") for one in made] == [group.id]
