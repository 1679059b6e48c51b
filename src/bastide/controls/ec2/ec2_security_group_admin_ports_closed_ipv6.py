"""No security group lets every IPv6 address reach the ports by which servers are administered."""

from collections.abc import Iterable

from bastide.controls.control import control
from bastide.controls.ec2.admin_ports import PARAMETERS, refused
from bastide.controls.ec2.ingress import READS, judge_ingress, without_open_rules
from bastide.model import Estate, Properties, Resource, Verdict


def mended(group: Resource, restrict_ports: Iterable[str] = ("22", "3389"), protocol_type: str = "ALL") -> Properties:
    """The group's properties without the rules that open one of the ports to a large part of IPv6."""
    return without_open_rules(group, refused(tuple(restrict_ports), protocol_type), frozenset({6}))


@control(
    title="Security groups keep administration ports closed to every IPv6 address",
    resource_type="AWS::EC2::SecurityGroup",
    severity="high",
    maps_to=("SecurityHub:EC2.54", "CIS-AWS-3.0:5.3", "CIS-AWS-5.0:5.4", "CIS-AWS-7.0:6.4"),
    source="AWS Config Developer Guide, vpc-sg-port-restriction-check; AWS Security Hub User Guide, Amazon EC2",
    remediation="Remove the rule, and reach servers through Session Manager or a narrow address range.",
    reads=READS,
    heal=mended,
    config_rule="vpc-sg-port-restriction-check",
    parameters=PARAMETERS,
    properties=("SecurityGroupIngress",),
)
def ec2_security_group_admin_ports_closed_ipv6(
    group: Resource, estate: Estate, *, restrict_ports: Iterable[str], protocol_type: str
) -> Verdict:
    """FAIL when one of the ports is open by TCP or UDP to all of IPv6, in one rule or in several."""
    return judge_ingress(group, estate, refused(tuple(restrict_ports), protocol_type), 6)
