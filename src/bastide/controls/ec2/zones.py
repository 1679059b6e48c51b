"""In how many Availability Zones something stands: by the subnets that it names.

The one idea: a subnet stands in one zone, so that fewer subnets than zones wanted is a FAIL whatever they are, and
zones that are known to differ are a PASS whatever the others are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bastide.controls.lookup import elements_of, text
from bastide.controls.neighbours import having
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown

SUBNET = "AWS::EC2::Subnet"


def judge_zones(resource: Resource, estate: Estate, path: str, least: int) -> Verdict:
    """FAIL when the subnets that the property at ``path`` names stand in fewer than ``least`` zones."""
    subnets = resource.get(path)
    if isinstance(subnets, Unknown):
        return unknown(subnets, path)
    if not isinstance(subnets, list | tuple):
        return fail("it names no subnets", path) if subnets is None else unknown("not a list", path)
    return judge_known([zone_of(one, estate) for one in subnets], path, least)


def judge_known(zones: Sequence[Value], path: str, least: int) -> Verdict:
    """FAIL when there are fewer than ``least`` different zones; UNKNOWN when the unknown ones could make them up."""
    read = [text(zone) for zone in zones]
    known = {zone for zone in read if not isinstance(zone, Unknown)}
    gaps = [zone for zone in read if isinstance(zone, Unknown)]
    if len(known) >= least:
        return PASS
    if len(known) + len(gaps) < least:
        return fail(f"it stands in {len(known) + len(gaps)} Availability Zones, not in {least} or more", path)
    return unknown(gaps[0], path)


def judge_either(resource: Resource, first: str, second: str, least: int) -> Verdict:
    """``judge_one_each`` of the first property where it names any, else of the second."""
    value = resource.get(first)
    if isinstance(value, Unknown):
        return unknown(value, first)
    path = first if value else second
    return judge_one_each(resource.get(path), path, least)


def judge_one_each(subnets: Value, path: str, least: int) -> Verdict:
    """FAIL when fewer subnets (or zones) are named than zones wanted, where AWS takes only one subnet a zone.

    An element that is not resolved is a subnet all the same.
    """
    named = elements_of(subnets)
    if isinstance(named, Unknown):
        return unknown(named, path)
    gaps = [one for one in named if isinstance(one, Unknown | Mapping)]
    count = len({str(one) for one in named if not isinstance(one, Unknown | Mapping)}) + len(gaps)
    return PASS if count >= least else fail(f"it stands in {count} Availability Zones, not in {least} or more", path)


def zone_of(subnet: Value, estate: Estate) -> str | Unknown:
    """The Availability Zone of a subnet by its id; Unknown when the subnet is not in the estate or does not say."""
    if not isinstance(subnet, str):
        return subnet if isinstance(subnet, Unknown) else Unknown("not the id of a subnet")
    found = having(estate, SUBNET, "", subnet)
    if not found:
        return Unknown(f"subnet {subnet} is not in the estate")
    zone = found[0].get("AvailabilityZone") or found[0].get("AvailabilityZoneId") if _says(found[0]) else _gap(found[0])
    return zone if isinstance(zone, str | Unknown) else Unknown(f"nothing says in which zone subnet {subnet} stands")


def _says(subnet: Resource) -> bool:
    return not any(isinstance(subnet.get(name), Unknown) for name in ("AvailabilityZone", "AvailabilityZoneId"))


def _gap(subnet: Resource) -> Value:
    zone = subnet.get("AvailabilityZone")
    return zone if isinstance(zone, Unknown) else subnet.get("AvailabilityZoneId")
