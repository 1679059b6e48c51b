"""A Classic Load Balancer survives the loss of an Availability Zone."""

from bastide.controls.control import control
from bastide.controls.ec2.zones import SUBNET, judge_known, judge_zones
from bastide.controls.parameter import Parameter
from bastide.model import Estate, Resource, Unknown, Verdict, unknown


@control(
    title="Classic Load Balancers stand in several Availability Zones",
    resource_type="AWS::ElasticLoadBalancing::LoadBalancer",
    severity="medium",
    maps_to=("FSBP:ELB.10", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36"),
    source="AWS Config Developer Guide, clb-multiple-az",
    remediation="Give the load balancer subnets in two or more Availability Zones.",
    reads=(SUBNET,),
    config_rule="clb-multiple-az",
    parameters=(Parameter("minAvailabilityZones", "integer", 2, "the least number of zones"),),
    properties=("AvailabilityZones", "Subnets"),
)
def elb_classic_several_zones(balancer: Resource, estate: Estate, *, min_availability_zones: int) -> Verdict:
    """FAIL when the load balancer stands in fewer zones."""
    zones = balancer.get("AvailabilityZones")
    if isinstance(zones, Unknown):
        return unknown(zones, "AvailabilityZones")
    if zones:
        if not isinstance(zones, list | tuple):
            return unknown("not a list", "AvailabilityZones")
        return judge_known(zones, "AvailabilityZones", min_availability_zones)
    return judge_zones(balancer, estate, "Subnets", min_availability_zones)
