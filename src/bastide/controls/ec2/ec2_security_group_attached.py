"""A security group is attached to a network interface: one that nothing uses is forgotten until somebody does.

What will use a group of a template may be made elsewhere: there only a use that is seen decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from bastide.controls.check import NEW
from bastide.controls.control import control
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import gap_at
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, not_applicable, unknown

INTERFACE = "AWS::EC2::NetworkInterface"
# What gets interfaces of its own, so that a template need not say them.
USES = {
    INTERFACE: "GroupSet",
    "AWS::EC2::Instance": "SecurityGroupIds",
    "AWS::EC2::VPCEndpoint": "SecurityGroupIds",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "SecurityGroups",
    "AWS::Lambda::Function": "VpcConfig.SecurityGroupIds",
    "AWS::RDS::DBCluster": "VpcSecurityGroupIds",
    "AWS::RDS::DBInstance": "VPCSecurityGroups",
}


@control(
    title="Security groups are attached to network interfaces",
    resource_type="AWS::EC2::SecurityGroup",
    severity="medium",
    maps_to=("SecurityHub:EC2.22", "NIST-800-53r5:CM-8(1)"),
    source="AWS Config Developer Guide, ec2-security-group-attached-to-eni-periodic",
    remediation="Delete the group, or attach it.",
    reads=(INTERFACE, "AWS::EC2::Instance"),
    config_rule="ec2-security-group-attached-to-eni-periodic",
    properties=("GroupId", "GroupName"),
)
def ec2_security_group_attached(group: Resource, estate: Estate) -> Verdict:
    """FAIL when no interface of the group's region has it; the groups that every VPC has are not judged."""
    if group.get("GroupName") == "default":
        return not_applicable("the default group of its VPC")
    doubt = gap_at(estate, INTERFACE, group.account, group.region)
    named = (group.id, group.get("GroupId"))
    for one in _used(group, estate):
        if isinstance(one, Unknown):
            doubt = one
        elif one in named:
            return PASS
    if doubt is not None:
        return unknown(doubt)
    if group.origin.source in NEW:
        return unknown("what will use the group is not all in here")
    return fail("no network interface has the group")


def _used(group: Resource, estate: Estate) -> Iterator[Value]:
    """The groups that interfaces of the region have, and what makes some."""
    for kind, path in USES.items():
        for user in estate.in_place(kind, group.account, group.region):
            groups = elements_of(user.get(path))
            yield from [groups] if isinstance(groups, Unknown) else groups
