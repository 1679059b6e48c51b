"""Whether a subnet has a route to the internet by an internet gateway.

The one idea: the table that a subnet is associated with, else the main table of its VPC. A main table that nobody
wrote routes for leads nowhere but into the VPC. A route to a few addresses is none to the internet: it takes
``0.0.0.0/0``, ``::/0``, or a half of either.

Source: Amazon VPC User Guide, "Route tables"; AWS Security Hub User Guide, RDS.46.
"""

from __future__ import annotations

from bastide.controls.neighbours import EVERYWHERE_ONE, beside, gap_at, having
from bastide.model import Estate, Resource, Unknown, Value

SUBNET, VPC, GATEWAY = "AWS::EC2::Subnet", "AWS::EC2::VPC", "AWS::EC2::InternetGateway"
TABLE, ROUTE, ASSOCIATION = "AWS::EC2::RouteTable", "AWS::EC2::Route", "AWS::EC2::SubnetRouteTableAssociation"
DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
READS = (SUBNET, VPC, GATEWAY, TABLE, ROUTE, ASSOCIATION)


def leads_to_internet(resource: Resource, estate: Estate, subnet: Value) -> bool | Unknown:
    """Whether the subnet of that id, of the account of ``resource``, has a route to an internet gateway."""
    table = _table(resource, estate, subnet)
    if table is None or isinstance(table, Unknown):
        return False if table is None else table
    routes = beside(resource, estate, ROUTE, "RouteTableId", table)
    if isinstance(routes, Unknown):
        return routes
    found = [_leads_out(estate, route) for route in routes]
    return True if True in found else next((one for one in found if isinstance(one, Unknown)), False)


def _leads_out(estate: Estate, route: Resource) -> bool | Unknown:
    gateway = _is_gateway(estate, route)
    if gateway is False:
        return False
    stated = [route.get(name) for name in DESTINATIONS]
    doubt = next((one for one in (gateway, *stated) if isinstance(one, Unknown)), None)
    if any(_is_internet(one) for one in stated):
        return gateway
    return False if doubt is None else doubt


def _is_internet(destination: Value) -> bool:
    _, found, length = destination.rpartition("/") if isinstance(destination, str) else ("", "", "")
    return bool(found) and length in ("0", "1")


def _is_gateway(estate: Estate, route: Resource) -> bool | Unknown:
    target = route.get("GatewayId")
    if isinstance(target, Unknown) or not isinstance(target, str):
        return target if isinstance(target, Unknown) else False
    if target.startswith("igw-") or having(estate, GATEWAY, "", target):
        return True
    if target == "local" or EVERYWHERE_ONE.match(target):  # told by the id that AWS gave it, whatever was listed
        return False
    gap = gap_at(estate, GATEWAY, route.account, route.region)
    return False if gap is None else gap


def _table(resource: Resource, estate: Estate, subnet: Value) -> Value:
    """The id of the subnet's table; None where it is a main table without routes of its own."""
    links = beside(resource, estate, ASSOCIATION, "SubnetId", subnet)
    if isinstance(links, Unknown):
        return links
    if links:
        return links[0].get("RouteTableId")
    known = beside(resource, estate, SUBNET, "", subnet)
    if isinstance(known, Unknown):
        return known
    if not known:
        return Unknown(f"subnet {subnet} is not in the estate" if isinstance(subnet, str) else "not the id of a subnet")
    return _main_table(resource, estate, known[0].get("VpcId"))


def _main_table(resource: Resource, estate: Estate, vpc: Value) -> Value:
    if isinstance(vpc, Unknown):
        return vpc
    tables = beside(resource, estate, TABLE, "VpcId", vpc)
    if isinstance(tables, Unknown):
        return tables
    main = next((table.id for table in tables if table.get("Main") is True), None)
    if main is not None:
        return main
    # A VPC that is yet to be made gets a main table that leads nowhere; of any other it was not read.
    made = having(estate, VPC, "", vpc)
    return (
        None if made and made[0].origin.source in ("declared", "template") else Unknown("the main table was not read")
    )
