"""No security group lets the whole internet reach other ports than those of the web."""

from functools import partial

from bastide.controls.control import control
from bastide.controls.ec2.ingress import READS, judge_ingress, without_open_rules
from bastide.model import Estate, Resource, Verdict

REFUSED = {"tcp": ((0, 79), (81, 442), (444, 65535)), "udp": ((0, 65535),)}


@control(
    title="Security groups open no ports but 80 and 443 to the internet",
    resource_type="AWS::EC2::SecurityGroup",
    severity="high",
    maps_to=("FSBP:EC2.18", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="AWS Security Hub User Guide, Amazon EC2 controls, EC2.18",
    remediation="Remove the rule, or narrow its ports to 80 and 443 or its source to the addresses that need it.",
    reads=READS,
    heal=partial(without_open_rules, refused=REFUSED),
    config_rule="vpc-sg-open-only-to-authorized-ports",
    properties=("SecurityGroupIngress",),
)
def ec2_security_group_only_web_open(group: Resource, estate: Estate) -> Verdict:
    """FAIL when any UDP port, or a TCP port that is neither 80 nor 443, is open to all of IPv4 or all of IPv6."""
    return judge_ingress(group, estate, REFUSED)
