"""No security group lets the whole internet reach port 3389."""

from functools import partial

from bastide.controls.control import control
from bastide.controls.ec2.ingress import READS, judge_ingress, without_open_rules
from bastide.model import Estate, Resource, Verdict

REFUSED = {"tcp": ((3389, 3389),)}


@control(
    title="Security groups keep remote desktop closed to the internet",
    resource_type="AWS::EC2::SecurityGroup",
    severity="high",
    maps_to=("SecurityHub:EC2.14", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="Amazon VPC User Guide, Security group rules",
    remediation="Remove the rule, and reach instances through Fleet Manager or a narrow address range.",
    reads=READS,
    heal=partial(without_open_rules, refused=REFUSED),
    config_rule="restricted-common-ports",
    properties=("SecurityGroupIngress",),
)
def ec2_security_group_rdp_closed(group: Resource, estate: Estate) -> Verdict:
    """FAIL when TCP 3389 is open to all of IPv4 or all of IPv6, in one rule or in several."""
    return judge_ingress(group, estate, REFUSED)
