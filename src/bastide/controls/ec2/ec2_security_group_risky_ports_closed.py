"""No security group lets the whole internet reach ports of databases, file shares and administration."""

from functools import partial

from bastide.controls.control import control
from bastide.controls.ec2.ingress import READS, judge_ingress, without_open_rules
from bastide.model import Estate, Resource, Verdict

# Source: AWS Security Hub User Guide, "Amazon EC2 controls", EC2.19, restrictedPorts.
PORTS = (20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080, 8088,
         8888, 9200, 9300)  # fmt: skip
SPANS = tuple((port, port) for port in PORTS)
REFUSED = {"tcp": SPANS, "udp": SPANS}


@control(
    title="Security groups keep high-risk ports closed to the internet",
    resource_type="AWS::EC2::SecurityGroup",
    severity="critical",
    maps_to=("FSBP:EC2.19", "CIS-AWS-5.0:5.1.2", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="AWS Security Hub User Guide, Amazon EC2 controls, EC2.19",
    remediation="Remove the rule, or narrow its source to the addresses that need the port.",
    reads=READS,
    heal=partial(without_open_rules, refused=REFUSED),
    config_rule="restricted-common-ports",
    properties=("SecurityGroupIngress",),
)
def ec2_security_group_risky_ports_closed(group: Resource, estate: Estate) -> Verdict:
    """FAIL when one of the ports is open to all of IPv4 or all of IPv6 by TCP or UDP."""
    return judge_ingress(group, estate, REFUSED)
