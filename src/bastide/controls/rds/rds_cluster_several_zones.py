"""The instances of a cluster stand in several Availability Zones.

A running cluster says so. One that is yet to be made has a standby in another zone when it is a Multi-AZ cluster, or
when two instances belong to it: Aurora chooses zones that differ where none is named.
"""

from bastide.controls.control import control
from bastide.controls.ec2.zones import judge_known
from bastide.controls.lookup import truth
from bastide.controls.neighbours import beside
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, not_applicable, unknown

INSTANCE = "AWS::RDS::DBInstance"


@control(
    title="RDS clusters stand in several Availability Zones",
    resource_type="AWS::RDS::DBCluster",
    severity="medium",
    maps_to=("FSBP:RDS.15", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36", "CIS-AWS-5.0:2.2.4", "CIS-AWS-7.0:3.2.4"),
    source="AWS Config Developer Guide, rds-cluster-multi-az-enabled; Amazon RDS API Reference, CreateDBInstance",
    remediation="Add a reader in another Availability Zone to the cluster.",
    reads=(INSTANCE,),
    config_rule="rds-cluster-multi-az-enabled",
    properties=("DBClusterInstanceClass", "Engine", "MultiAZ"),
)
def rds_cluster_several_zones(cluster: Resource, estate: Estate) -> Verdict:
    """FAIL when all instances of the cluster stand, or will stand, in one Availability Zone."""
    if cluster.get("Engine") in ("docdb", "neptune"):
        return not_applicable("it is a cluster of another service")
    seen = cluster.get("MultiAZ")
    if seen is not None:
        several = truth(seen)
        if isinstance(several, Unknown):
            return unknown(several, "MultiAZ")
        return PASS if several else fail("all instances stand in one Availability Zone", "MultiAZ")
    kind = cluster.get("DBClusterInstanceClass")
    if isinstance(kind, Unknown):
        return unknown(kind, "DBClusterInstanceClass")
    return PASS if kind else judge_members(cluster, estate, INSTANCE)


def judge_members(cluster: Resource, estate: Estate, instance: str) -> Verdict:
    """What the instances, of that type, say that are to belong to the cluster."""
    members = beside(cluster, estate, instance, "DBClusterIdentifier", cluster.id)
    if isinstance(members, Unknown):
        return unknown(members)
    if len(members) < 2:
        return fail("the cluster has fewer than two instances")
    zones = [member.get("AvailabilityZone") for member in members]
    return PASS if None in zones else judge_known(zones, "", 2)
