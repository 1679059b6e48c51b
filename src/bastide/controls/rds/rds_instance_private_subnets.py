"""An instance stands in subnets without a route to an internet gateway.

Any subnet of its group may be the one it stands in, tomorrow if not today. An instance of a cluster has the group of
the cluster.
"""

from bastide.controls.control import control
from bastide.controls.ec2.subnet_routes import READS, leads_to_internet
from bastide.controls.lookup import elements_of
from bastide.controls.neighbours import beside
from bastide.model import PASS, Estate, Resource, Unknown, Value, Verdict, fail, unknown

GROUP, CLUSTER = "AWS::RDS::DBSubnetGroup", "AWS::RDS::DBCluster"
PATH = "DBSubnetGroupName"


@control(
    title="RDS instances stand in private subnets",
    resource_type="AWS::RDS::DBInstance",
    severity="high",
    maps_to=("FSBP:RDS.46", "NIST-800-53r5:AC-4", "NIST-800-53r5:SC-7"),
    source="AWS Security Hub User Guide, RDS.46; AWS Config Developer Guide, rds-instance-subnet-igw-check",
    remediation="Move the instance to a subnet group of subnets without a route to an internet gateway.",
    reads=(GROUP, CLUSTER, *READS),
    config_rule="rds-instance-subnet-igw-check",
    properties=("DBClusterIdentifier", "DBSubnetGroupName"),
)
def rds_instance_private_subnets(instance: Resource, estate: Estate) -> Verdict:
    """FAIL when a subnet of the instance's group has a route to an internet gateway."""
    subnets = elements_of(_subnets(instance, estate))
    if isinstance(subnets, Unknown):
        return unknown(subnets, PATH)
    found = [leads_to_internet(instance, estate, subnet) for subnet in subnets]
    if True in found:
        return fail(f"subnet {subnets[found.index(True)]} has a route to an internet gateway", PATH)
    doubt = next((one for one in found if isinstance(one, Unknown)), None)
    return PASS if doubt is None else unknown(doubt, PATH)


def _subnets(instance: Resource, estate: Estate) -> Value:
    """The subnets of the group of the instance, or of its cluster."""
    name = instance.get(PATH)
    if name is None and instance.get("DBClusterIdentifier") is not None:
        clusters = beside(instance, estate, CLUSTER, "", instance.get("DBClusterIdentifier"))
        if isinstance(clusters, Unknown):
            return clusters
        name = clusters[0].get(PATH) if clusters else Unknown("its cluster is not in the estate")
    if name is None:
        return Unknown("it stands in the default subnet group, whose subnets are not said")
    groups = beside(instance, estate, GROUP, "", name)
    if isinstance(groups, Unknown):
        return groups
    return groups[0].get("SubnetIds") if groups else Unknown(f"subnet group {name} is not in the estate")
