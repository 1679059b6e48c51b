"""The ports and protocols by which servers are administered, as ``vpc-sg-port-restriction-check`` takes them.

Source: AWS Config Developer Guide, "vpc-sg-port-restriction-check", Parameters.
"""

from __future__ import annotations

from functools import lru_cache

from bastide.controls.ec2.ingress import Refused
from bastide.controls.parameter import Parameter

PARAMETERS = (
    Parameter("restrictPorts", "list", ["22", "3389"], "ports that stay closed"),
    Parameter("protocolType", "string", "ALL", "TCP, UDP or ALL"),
)


@lru_cache(maxsize=16)
def refused(ports: tuple[str, ...], protocol: str) -> Refused:
    """By protocol the ports that nobody may open; what is no number is no port."""
    spans = tuple((int(port), int(port)) for port in ports if port.isdigit())
    names = ("tcp", "udp") if protocol.upper() not in ("TCP", "UDP") else (protocol.lower(),)
    return dict.fromkeys(names, spans)
