"""No security group lets the whole internet reach other ports than those of the web."""

from collections.abc import Iterable
from functools import lru_cache

from bastide.controls.control import control
from bastide.controls.ec2.ingress import READS, Refused, judge_ingress, without_open_rules
from bastide.controls.parameter import Parameter
from bastide.model import Estate, Properties, Resource, Verdict
from bastide.network.cidr import Span

TCP = Parameter("authorizedTcpPorts", "list", ["80", "443"], "TCP ports and ranges (1020-1025) that may be open")
UDP = Parameter("authorizedUdpPorts", "list", [], "UDP ports and ranges that may be open")


def mended(
    group: Resource, authorized_tcp_ports: Iterable[str] = ("80", "443"), authorized_udp_ports: Iterable[str] = ()
) -> Properties:
    """The group's properties without the rules that open other ports to a large part of the internet."""
    return without_open_rules(group, refused(authorized_tcp_ports, authorized_udp_ports))


@control(
    title="Security groups open no ports but 80 and 443 to the internet",
    resource_type="AWS::EC2::SecurityGroup",
    severity="high",
    maps_to=("FSBP:EC2.18", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="AWS Security Hub User Guide, Amazon EC2 controls, EC2.18",
    remediation="Remove the rule, or narrow its ports to 80 and 443 or its source to the addresses that need it.",
    reads=READS,
    heal=mended,
    config_rule="vpc-sg-open-only-to-authorized-ports",
    parameters=(TCP, UDP),
    properties=("SecurityGroupIngress",),
)
def ec2_security_group_only_web_open(
    group: Resource, estate: Estate, *, authorized_tcp_ports: Iterable[str], authorized_udp_ports: Iterable[str]
) -> Verdict:
    """FAIL when a port that is not authorized is open to all of IPv4 or all of IPv6."""
    return judge_ingress(group, estate, refused(authorized_tcp_ports, authorized_udp_ports))


def refused(tcp: Iterable[str], udp: Iterable[str]) -> Refused:
    """By protocol the ports that are not authorized."""
    return _refused(tuple(tcp), tuple(udp))


@lru_cache(maxsize=16)
def _refused(tcp: tuple[str, ...], udp: tuple[str, ...]) -> Refused:
    return {"tcp": _others(tcp), "udp": _others(udp)}


def _others(ports: Iterable[str]) -> tuple[Span, ...]:
    """All ports but those given, as spans; what is no port or range authorizes nothing."""
    found: list[Span] = []
    start = 0
    for low, high in sorted(filter(None, map(_span, ports))):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    return (*found, (start, 65535)) if start <= 65535 else tuple(found)


def _span(text: str) -> Span | None:
    low, _, high = str(text).partition("-")
    return (int(low), int(high or low)) if low.strip().isdigit() and (high or low).strip().isdigit() else None
