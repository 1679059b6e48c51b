"""A Classic Load Balancer survives the loss of an Availability Zone.

It takes one subnet a zone, so that their number decides.
"""

from bastide.controls.control import control
from bastide.controls.ec2.zones import judge_either
from bastide.controls.parameter import Parameter
from bastide.model import Resource, Verdict


@control(
    title="Classic Load Balancers stand in several Availability Zones",
    resource_type="AWS::ElasticLoadBalancing::LoadBalancer",
    severity="medium",
    maps_to=("FSBP:ELB.10", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36"),
    source="AWS Config Developer Guide, clb-multiple-az; ELB API Reference, AttachLoadBalancerToSubnets",
    remediation="Give the load balancer subnets in two or more Availability Zones.",
    config_rule="clb-multiple-az",
    parameters=(Parameter("minAvailabilityZones", "integer", 2, "the least number of zones"),),
    properties=("AvailabilityZones", "Subnets"),
)
def elb_classic_several_zones(balancer: Resource, *, min_availability_zones: int) -> Verdict:
    """FAIL when the load balancer stands in fewer zones."""
    return judge_either(balancer, "AvailabilityZones", "Subnets", min_availability_zones)
