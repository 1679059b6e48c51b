"""The instances of a Neptune cluster stand in several Availability Zones.

A running cluster says so. Of one that is yet to be made two instances do: Neptune chooses zones that differ where none
is named.
"""

from bastide.controls.control import control
from bastide.controls.lookup import truth
from bastide.controls.rds.rds_cluster_several_zones import judge_members
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, fail, unknown

INSTANCE = "AWS::Neptune::DBInstance"


@control(
    title="Neptune clusters stand in several Availability Zones",
    resource_type="AWS::Neptune::DBCluster",
    severity="medium",
    maps_to=("SecurityHub:Neptune.9", "NIST-800-53r5:CP-10", "NIST-800-53r5:SC-36", "NIST-800-53r5:SI-13(5)"),
    source="AWS Security Hub User Guide, Neptune.9; AWS Config Developer Guide, neptune-cluster-multi-az-enabled",
    remediation="Add a read replica in another Availability Zone to the cluster.",
    reads=(INSTANCE,),
    config_rule="neptune-cluster-multi-az-enabled",
    properties=("MultiAZ",),
)
def neptune_cluster_multi_az(cluster: Resource, estate: Estate) -> Verdict:
    """FAIL when all instances of the cluster stand, or will stand, in one Availability Zone."""
    seen = cluster.get("MultiAZ")
    if seen is None:
        return judge_members(cluster, estate, INSTANCE)
    several = truth(seen)
    if isinstance(several, Unknown):
        return unknown(several, "MultiAZ")
    return PASS if several else fail("all instances stand in one Availability Zone", "MultiAZ")
