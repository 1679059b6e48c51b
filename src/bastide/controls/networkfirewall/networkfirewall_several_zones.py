"""A network firewall survives the loss of an Availability Zone.

It takes one subnet a zone, so that their number decides.
"""

from bastide.controls.control import control
from bastide.controls.ec2.zones import judge_one_each
from bastide.model import Resource, Unknown, Verdict, unknown


@control(
    title="Network firewalls stand in several Availability Zones",
    resource_type="AWS::NetworkFirewall::Firewall",
    severity="medium",
    maps_to=("SecurityHub:NetworkFirewall.1", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36"),
    source="AWS Config Developer Guide, netfw-multi-az-enabled; Network Firewall API Reference, CreateFirewall",
    remediation="Give the firewall a subnet in a second Availability Zone.",
    config_rule="netfw-multi-az-enabled",
    properties=("SubnetMappings", "AvailabilityZoneMappings"),
)
def networkfirewall_several_zones(firewall: Resource) -> Verdict:
    """FAIL when the firewall stands in one zone."""
    zones = firewall.get("AvailabilityZoneMappings")
    if isinstance(zones, Unknown):
        return unknown(zones, "AvailabilityZoneMappings")
    path = "AvailabilityZoneMappings" if zones else "SubnetMappings"
    return judge_one_each(firewall.get(path), path, 2)
