"""Which range each network gets: a slot of ``network.cidr``, chosen so that adding an account renumbers no other.

A network's slot is the hash of its account's name and region; where that is taken, the next free one. What already
runs keeps its range whatever the hash says (``Known.networks``), so a new account can only ever move aside itself.
Allocation in sorted order would be denser and would renumber every network behind a new name.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network

from bastide.model import Estate
from bastide.model.provisional import digits

Wanted = tuple[str, str]  # account name, region
SUBNET_BITS = 3  # eight subnets to a network; what availability zones leave over is for later


def slots(cidr: IPv4Network, prefix: int) -> int:
    """How many networks of this prefix length fit into ``cidr``; 0 when it is too small for one."""
    return 2 ** (prefix - cidr.prefixlen) if prefix >= cidr.prefixlen else 0


def allocate(
    cidr: IPv4Network, prefix: int, wanted: list[Wanted], kept: Mapping[Wanted, IPv4Network]
) -> dict[Wanted, IPv4Network]:
    """A range for each of ``wanted``, none overlapping another; those in ``kept`` stay as they are.

    The caller has checked that all fit (``slots``).
    """
    given = {name: kept[name] for name in wanted if name in kept}
    count, taken = slots(cidr, prefix), set(given.values())
    for name in sorted(set(wanted) - set(given)):
        first = int(digits("network", *name), 16) % count
        ranges = (_slot(cidr, prefix, (first + step) % count) for step in range(count))
        given[name] = next(free for free in ranges if not any(free.overlaps(other) for other in taken))
        taken.add(given[name])
    return given


def _slot(cidr: IPv4Network, prefix: int, index: int) -> IPv4Network:
    return IPv4Network((int(cidr.network_address) + index * 2 ** (32 - prefix), prefix))


def subnets(network: IPv4Network, count: int) -> list[IPv4Network]:
    """The first ``count`` eighths of a network: the same whatever the count, so that a zone can be added."""
    return list(network.subnets(prefixlen_diff=SUBNET_BITS))[:count]


def networks_in(estate: Estate) -> dict[Wanted, str]:
    """The ranges of the VPCs in an estate that are named after their account, by (account name, region)."""
    found = ((estate.account_name(vpc.account), vpc) for vpc in estate.of_type("AWS::EC2::VPC"))
    return {
        (account, vpc.region): str(vpc.properties["CidrBlock"])
        for account, vpc in found
        if vpc.tags.get("Name") == account
    }
