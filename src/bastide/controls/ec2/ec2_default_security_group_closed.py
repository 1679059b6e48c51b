"""The default security group of a VPC lets nothing in and nothing out.

It is what a network interface gets when nobody chose a group; with no rules, forgetting to choose is harmless.
"""

from bastide.controls.control import control
from bastide.controls.ec2.ingress import RULE
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import beside
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

EGRESS = "AWS::EC2::SecurityGroupEgress"
OTHER = not_applicable("not a default security group")


@control(
    title="Default security groups have no rules",
    resource_type="AWS::EC2::SecurityGroup",
    severity="high",
    maps_to=("FSBP:EC2.2", "CIS-AWS-3.0:5.4", "CIS-AWS-5.0:5.5", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="Amazon VPC User Guide, Default security groups for your VPCs",
    remediation="Move what uses the default group to a group of its own, then remove all rules of the default group.",
    reads=(RULE, EGRESS),
    heal={"SecurityGroupIngress": [], "SecurityGroupEgress": []},
    config_rule="vpc-default-security-group-closed",
    properties=("GroupName", "SecurityGroupEgress", "SecurityGroupIngress"),
)
def ec2_default_security_group_closed(group: Resource, estate: Estate) -> Verdict:
    """FAIL when a group named default has any rule; NOT_APPLICABLE to other groups."""
    name = group.get("GroupName")
    if isinstance(name, Unknown):
        return unknown(name, "GroupName")
    if name != "default":
        return OTHER
    for path, beside_type in (("SecurityGroupIngress", RULE), ("SecurityGroupEgress", EGRESS)):
        rules = elements_of(group.get(path))
        if isinstance(rules, Unknown):
            return unknown(rules, path)
        apart = beside(group, estate, beside_type, "GroupId", group.id)
        if isinstance(apart, Unknown):
            return unknown(apart, path)
        if rules or apart:
            return fail(f"the default security group has {len(rules or apart)} rules in {path}", path)
    return PASS
