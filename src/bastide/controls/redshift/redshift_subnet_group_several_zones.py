"""A subnet group of Redshift has subnets in more than one Availability Zone."""

from bastide.controls.control import control
from bastide.controls.ec2.zones import SUBNET, judge_zones
from bastide.model import Estate, Resource, Verdict


@control(
    title="Redshift subnet groups stand in several Availability Zones",
    resource_type="AWS::Redshift::ClusterSubnetGroup",
    severity="medium",
    maps_to=("SecurityHub:Redshift.16", "NIST-800-53r5:CP-10"),
    source="AWS Security Hub User Guide, Redshift.16",
    remediation="Add a subnet in another Availability Zone to the group.",
    reads=(SUBNET,),
    config_rule="redshift-cluster-subnet-group-multi-az",
    properties=("SubnetIds",),
)
def redshift_subnet_group_several_zones(group: Resource, estate: Estate) -> Verdict:
    """FAIL when all subnets stand in one Availability Zone."""
    return judge_zones(group, estate, "SubnetIds", 2)
