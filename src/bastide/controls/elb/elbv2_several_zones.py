"""An Application, Network or Gateway Load Balancer survives the loss of an Availability Zone.

It takes one subnet a zone, so that their number decides.
"""

from bastide.controls.control import control
from bastide.controls.ec2.zones import judge_either
from bastide.controls.parameter import Parameter
from bastide.model import Resource, Verdict


@control(
    title="Load balancers stand in several Availability Zones",
    resource_type="AWS::ElasticLoadBalancingV2::LoadBalancer",
    severity="medium",
    maps_to=("FSBP:ELB.13", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36"),
    source="AWS Config Developer Guide, elbv2-multiple-az; Elastic Load Balancing API Reference, CreateLoadBalancer",
    remediation="Give the load balancer subnets in two or more Availability Zones.",
    config_rule="elbv2-multiple-az",
    parameters=(Parameter("minAvailabilityZones", "integer", 2, "the least number of zones"),),
    properties=("Subnets", "SubnetMappings"),
)
def elbv2_several_zones(balancer: Resource, *, min_availability_zones: int) -> Verdict:
    """FAIL when the load balancer has fewer subnets."""
    return judge_either(balancer, "SubnetMappings", "Subnets", min_availability_zones)
