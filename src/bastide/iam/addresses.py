"""IP addresses as condition operators read them: networks of the policy, an address of the request.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators", IP address condition operators.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

OCTETS = {str(number): number for number in range(256)}


def within_networks(networks: Sequence[IPv4Network | IPv6Network]) -> Callable[[str], bool]:
    """Whether an address is in one of several networks, as a function of its text: read once, compared as a number."""
    ranges = {
        version: tuple((int(one.netmask), int(one.network_address)) for one in networks if one.version == version)
        for version in (4, 6)
    }

    def matches(value: str) -> bool:
        number = _dotted(value)
        version = 4
        if number is None:
            try:
                address = ip_address(value)
            except ValueError:
                return False
            number, version = int(address), address.version
        for mask, network in ranges[version]:  # noqa: SIM110
            if number & mask == network:
                return True
        return False

    return matches


def _dotted(text: str) -> int | None:
    """The number of an IPv4 address of four numbers without leading zeros; None for any other text."""
    parts = text.split(".")
    if len(parts) != 4:
        return None
    try:
        return OCTETS[parts[0]] << 24 | OCTETS[parts[1]] << 16 | OCTETS[parts[2]] << 8 | OCTETS[parts[3]]
    except KeyError:
        return None


@lru_cache(maxsize=4_096)
def network(text: str) -> IPv4Network | IPv6Network | None:
    """The network, or the one address, that a text names; None where it names none."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
