"""A node group runs a version of Kubernetes in standard support; one that names none gets its cluster's."""

from bastide.controls.check import NEW
from bastide.controls.control import control
from bastide.controls.eks.versions import OLDEST, judge_version
from bastide.controls.neighbours import beside
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Estate, Resource, Unknown, Verdict, unknown

CLUSTER = "AWS::EKS::Cluster"


@control(
    title="EKS node groups run a supported version",
    resource_type="AWS::EKS::Nodegroup",
    severity="high",
    maps_to=("FSBP:EKS.9", "NIST-800-53r5:SI-2", "NIST-800-53r5:CM-2"),
    source="AWS Security Hub User Guide, EKS.9; Amazon EKS API Reference, CreateNodegroup",
    remediation="Upgrade the node group to the version of its cluster.",
    reads=(CLUSTER,),
    config_rule="eks-nodegroup-supported-version-check",
    parameters=(Parameter("oldestVersionSupported", "string", OLDEST, "the oldest version that is right"),),
    properties=("Version", "ClusterName"),
)
def eks_nodegroup_supported_version(group: Resource, estate: Estate, *, oldest_version_supported: str) -> Verdict:
    """FAIL for an older version."""
    version = group.get("Version")
    if version is None:
        version = _of_cluster(group, estate)
    if version is None:
        return PASS if group.origin.source in NEW else unknown("the version was not read", "Version")
    return judge_version(version, oldest_version_supported, "Version")


def _of_cluster(group: Resource, estate: Estate) -> object:
    found = beside(group, estate, CLUSTER, "", group.get("ClusterName"))
    if isinstance(found, Unknown):
        return found
    return found[0].get("Version") if found else Unknown("its cluster is not in the estate")
