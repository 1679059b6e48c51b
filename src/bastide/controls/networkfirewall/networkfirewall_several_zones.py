"""A network firewall survives the loss of an Availability Zone."""

from collections.abc import Mapping

from bastide.controls.control import control
from bastide.controls.ec2.zones import SUBNET, judge_known, zone_of
from bastide.controls.lookup import elements_of
from bastide.model import Estate, Resource, Unknown, Value, Verdict, unknown


@control(
    title="Network firewalls stand in several Availability Zones",
    resource_type="AWS::NetworkFirewall::Firewall",
    severity="medium",
    maps_to=("SecurityHub:NetworkFirewall.1", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36"),
    source="AWS Config Developer Guide, netfw-multi-az-enabled",
    remediation="Give the firewall a subnet in a second Availability Zone.",
    reads=(SUBNET,),
    config_rule="netfw-multi-az-enabled",
    properties=("SubnetMappings", "AvailabilityZoneMappings"),
)
def networkfirewall_several_zones(firewall: Resource, estate: Estate) -> Verdict:
    """FAIL when the firewall stands in one zone."""
    zones, subnets = (elements_of(firewall.get(name)) for name in ("AvailabilityZoneMappings", "SubnetMappings"))
    if isinstance(zones, Unknown):
        return unknown(zones, "AvailabilityZoneMappings")
    if isinstance(subnets, Unknown):
        return unknown(subnets, "SubnetMappings")
    known = [_part(one, "AvailabilityZone") for one in zones]
    known += [zone_of(_part(one, "SubnetId"), estate) for one in subnets]
    return judge_known(known, "SubnetMappings" if subnets else "AvailabilityZoneMappings", 2)


def _part(mapping: Value, name: str) -> Value:
    return mapping.get(name) if isinstance(mapping, Mapping) else mapping
