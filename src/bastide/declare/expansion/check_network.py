"""Networks that cannot be: public or overlapping ranges, too many for their range, endpoints of no service."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import pairwise

from bastide.declare.expansion.addresses import slots
from bastide.declare.expansion.endpoint_services import SERVICES, nearest_service
from bastide.declare.expansion.network import wanted
from bastide.declare.expansion.survey import Survey
from bastide.errors import Problem

# Source: RFC 1918, 3 (private); RFC 6598, 7 (shared, which AWS names for networks, too).
PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
PREFIXES, ZONES = (16, 24), (1, 3)


def networks(survey: Survey) -> Iterator[Problem]:
    """Everything that is wrong with ``network``."""
    asked, where = survey.architecture.network, survey.where
    zones = asked.availability_zones
    if not ZONES[0] <= zones <= ZONES[1]:
        what = f"{zones} availability zones are not possible"
        yield Problem(what, where("network.availability-zones"), "write 1 to 3")
    for region in asked.regions:
        if region not in survey.regions:
            what = f"networks are asked for in {region!r}, which is not an allowed region"
            yield Problem(what, where("network.regions"), f"allowed: {', '.join(survey.regions)}")
    yield from _endpoints(survey)
    possible = PREFIXES[0] <= asked.prefix <= PREFIXES[1]
    if not possible:
        yield Problem(f"a network of /{asked.prefix} is not possible", where("network.prefix"), "write 16 to 24")
    if asked.cidr is not None:
        yield from _range(survey, asked.cidr, asked.prefix if possible else None)


def _range(survey: Survey, cidr: IPv4Network, prefix: int | None) -> Iterator[Problem]:
    """What is wrong with the range that networks are cut from; ``prefix`` None: how long theirs is is not known."""
    where = survey.where("network.cidr")
    if not any(cidr.subnet_of(private) for private in PRIVATE):
        what = f"{cidr} is not a private range: addresses in it belong to others"
        yield Problem(what, where, f"take a part of {', '.join(map(str, PRIVATE[:-1]))} or {PRIVATE[-1]}")
    if prefix is not None:
        count, room = len(wanted(survey)), slots(cidr, prefix)
        if count > room:
            what = f"{count} networks of /{prefix} do not fit into {cidr}, which holds {room}"
            yield Problem(what, where, "take a wider range, a longer prefix or fewer regions")
    yield from _overlaps(survey)


def _overlaps(survey: Survey) -> Iterator[Problem]:
    kept = sorted((IPv4Network(text), name) for name, text in survey.known.networks.items())
    for (one, first), (other, second) in pairwise(kept):
        if one.overlaps(other):
            what = f"networks that exist overlap: {one} of {'/'.join(first)} and {other} of {'/'.join(second)}"
            yield Problem(what, survey.where("network.cidr"), "they cannot be joined; rebuild one of them")


def _endpoints(survey: Survey) -> Iterator[Problem]:
    for index, name in enumerate(survey.architecture.network.endpoints):
        if name not in SERVICES:
            what = f"no AWS service has an endpoint called {name!r}"
            yield Problem(what, survey.where(f"network.endpoints.{index}"), nearest_service(name))
