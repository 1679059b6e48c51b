"""No security group lets the whole internet reach ports of file transfer, desktops and databases, or others."""

from functools import lru_cache

from bastide.controls.control import control
from bastide.controls.ec2.ingress import READS, Refused, judge_ingress, without_open_rules
from bastide.controls.parameter import Parameter
from bastide.model import Estate, Properties, Resource, Verdict

# Source: AWS Config Developer Guide, "restricted-common-ports", Parameters.
DEFAULTS = {"blockedPort1": 20, "blockedPort2": 21, "blockedPort3": 3389, "blockedPort4": 3306, "blockedPort5": 4333}
PORTS = tuple(Parameter(name, "integer", port, "a TCP port that stays closed") for name, port in DEFAULTS.items())


def mended(group: Resource, **ports: int) -> Properties:
    """The group's properties without the rules that open one of the ports to a large part of the internet."""
    return without_open_rules(group, refused(*(ports or DEFAULTS).values()))


@control(
    title="Security groups keep chosen common ports closed to the internet",
    resource_type="AWS::EC2::SecurityGroup",
    severity="high",
    maps_to=("Bastide:EC2.common-ports", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="AWS Config Developer Guide, restricted-common-ports",
    remediation="Remove the rule, or narrow its source to the addresses that need the port.",
    reads=READS,
    heal=mended,
    config_rule="restricted-common-ports",
    parameters=PORTS,
    properties=("SecurityGroupIngress",),
)
def ec2_security_group_common_ports_closed(group: Resource, estate: Estate, **ports: int) -> Verdict:
    """FAIL when one of the ports is open by TCP to all of IPv4 or all of IPv6, in one rule or in several."""
    return judge_ingress(group, estate, refused(*ports.values()))


@lru_cache(maxsize=16)
def refused(*ports: int) -> Refused:
    """The ports as spans of TCP."""
    return {"tcp": tuple((port, port) for port in sorted(set(ports)))}
