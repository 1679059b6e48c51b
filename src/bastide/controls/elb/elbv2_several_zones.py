"""An Application, Network or Gateway Load Balancer survives the loss of an Availability Zone."""

from collections.abc import Mapping

from bastide.controls.control import control
from bastide.controls.ec2.zones import SUBNET, judge_known, judge_zones, zone_of
from bastide.controls.lookup import elements_of
from bastide.controls.parameter import Parameter
from bastide.model import Estate, Resource, Unknown, Value, Verdict, unknown


@control(
    title="Load balancers stand in several Availability Zones",
    resource_type="AWS::ElasticLoadBalancingV2::LoadBalancer",
    severity="medium",
    maps_to=("FSBP:ELB.13", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36"),
    source="AWS Config Developer Guide, elbv2-multiple-az",
    remediation="Give the load balancer subnets in two or more Availability Zones.",
    reads=(SUBNET,),
    config_rule="elbv2-multiple-az",
    parameters=(Parameter("minAvailabilityZones", "integer", 2, "the least number of zones"),),
    properties=("Subnets", "SubnetMappings"),
)
def elbv2_several_zones(balancer: Resource, estate: Estate, *, min_availability_zones: int) -> Verdict:
    """FAIL when the load balancer's subnets stand in fewer zones."""
    mappings = elements_of(balancer.get("SubnetMappings"))
    if isinstance(mappings, Unknown):
        return unknown(mappings, "SubnetMappings")
    if balancer.get("Subnets") is None and mappings:
        zones = [_zone(one, estate) for one in mappings]
        return judge_known(zones, "SubnetMappings", min_availability_zones)
    return judge_zones(balancer, estate, "Subnets", min_availability_zones)


def _zone(mapping: Value, estate: Estate) -> str | Unknown:
    subnet = mapping.get("SubnetId") if isinstance(mapping, Mapping) else mapping
    return zone_of(subnet, estate)
