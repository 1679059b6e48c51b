"""Which addresses a set of CIDRs covers, and which ports a rule opens.

The one idea: look at the union, as intervals of integers. ``0.0.0.0/1`` beside ``128.0.0.0/1`` lets in as many as
``0.0.0.0/0`` does, and ``::/1`` alone lets in the whole IPv6 internet. Ports are closed intervals from 0 to 65535. It
knows nothing of routes, network ACLs or who listens.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_network
from itertools import pairwise
from typing import NamedTuple

from bastide.model import Unknown, Value

Span = tuple[int, int]  # both ends belong to it

ALL_PORTS: Span = (0, 65535)
ALL_PROTOCOLS = "-1"
PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
LAST_PROTOCOL = 255

# Source: IANA IPv4 Special-Purpose Address Registry, the blocks that are not globally reachable; multicast besides.
NOT_PUBLIC = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "240.0.0.0/4",
)  # fmt: skip
# Source: IANA IPv6 Global Unicast Address Assignments: all of it lies in this block.
GLOBAL_UNICAST_6 = "2000::/3"


class Block(NamedTuple):
    """A CIDR as integers: IP version, first and last address."""

    version: int
    first: int
    last: int


@lru_cache(maxsize=65536)
def parse_cidr(text: str) -> Block | None:
    """The block of a CIDR or a bare address; None when the text is neither."""
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        return None
    return Block(network.version, int(network.network_address), int(network.broadcast_address))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same numbers in the fewest intervals, sorted: touching ones are joined."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def _public_4() -> tuple[Span, ...]:
    gaps = merged(parse_cidr(text)[1:] for text in NOT_PUBLIC)  # type: ignore[index]
    edges = [-1, *(edge for gap in gaps for edge in gap), 1 << 32]
    return tuple((low + 1, high - 1) for low, high in zip(edges[::2], edges[1::2], strict=True) if low + 1 < high)


_UNICAST = parse_cidr(GLOBAL_UNICAST_6)
PUBLIC: dict[int, tuple[Span, ...]] = {4: _public_4(), 6: (_UNICAST[1:],) if _UNICAST else ()}


def covers_internet(cidrs: Iterable[str]) -> bool:
    """The CIDRs together hold every publicly routable address of IPv4 or of IPv6.

    >>> covers_internet(["0.0.0.0/1", "128.0.0.0/1"]), covers_internet(["0.0.0.0/1"])
    (True, False)
    """
    return _covers(tuple(sorted(set(cidrs))))


@lru_cache(maxsize=16384)
def _covers(cidrs: tuple[str, ...]) -> bool:
    blocks = [block for block in map(parse_cidr, cidrs) if block]
    for version, public in PUBLIC.items():
        unions = merged(block[1:] for block in blocks if block.version == version)
        if unions and all(any(low <= first and last <= high for low, high in unions) for first, last in public):
            return True
    return False


def protocol_name(protocol: Value) -> str:
    """``tcp``, ``udp``, ``icmp``, ``icmpv6``, ``-1`` for all, or the number of another protocol."""
    return _protocol_name(str(protocol))


@lru_cache(maxsize=1024)
def _protocol_name(text: str) -> str:
    name = text.strip().lower()
    return ALL_PROTOCOLS if name in ("all", "any") else PROTOCOLS.get(name, name)


def is_protocol(protocol: Value) -> bool:
    """Whether EC2 takes a text or number as the protocol of a rule: a name that it knows, or a number.

    Source: Amazon EC2 API Reference, IpPermission, IpProtocol.
    """
    name = protocol_name(protocol)
    return name == ALL_PROTOCOLS or name in PROTOCOLS.values() or (name.isdecimal() and int(name) <= LAST_PROTOCOL)


def port_span(protocol: Value, first: Value, last: Value, wanted: str) -> Span | None:
    """The ports of protocol ``wanted`` (tcp or udp) that a rule opens; None when it opens none.

    An absent port or -1 means all of them, as does a rule for all protocols; a range without an end is taken as open.
    Unknown parts count as all: the caller asks twice, with and without the rule.
    """
    if not isinstance(protocol, Unknown):
        name = protocol_name(protocol)
        if name != wanted:
            return ALL_PORTS if name == ALL_PROTOCOLS else None
    low, high = _port(first), _port(last)
    return (low if low is not None else 0, high if high is not None else ALL_PORTS[1])


def _port(value: Value) -> int | None:
    """A port as a number; None for absent, -1, Unknown and what is no number."""
    if type(value) is int:
        return value if value >= 0 else None
    if isinstance(value, Unknown | bool) or value is None:
        return None
    text = str(value).strip()
    return int(text) if text.isdigit() else None


def spans_open_to_internet(openings: Iterable[tuple[Span, str]]) -> list[Span]:
    """The ports for which the CIDRs of all openings together cover the internet; each opening is (ports, CIDR)."""
    rules = list(openings)
    if not covers_internet(cidr for _, cidr in rules):
        return []
    starts = sorted({span[0] for span, _ in rules} | {span[1] + 1 for span, _ in rules})
    pieces = [
        (low, high - 1)
        for low, high in pairwise(starts)
        if covers_internet(cidr for span, cidr in rules if span[0] <= low and high - 1 <= span[1])
    ]
    return merged(pieces)
