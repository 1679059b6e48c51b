"""A cluster runs a version of Kubernetes in standard support.

Which versions these are changes three times a year: the parameter says the oldest.
"""

from bastide.controls.check import NEW
from bastide.controls.control import control
from bastide.controls.eks.versions import OLDEST, judge_version
from bastide.controls.parameter import Parameter
from bastide.model import PASS, Resource, Verdict, unknown


@control(
    title="EKS clusters run a supported version",
    resource_type="AWS::EKS::Cluster",
    severity="high",
    maps_to=("FSBP:EKS.2", "NIST-800-53r5:SI-2", "NIST-800-53r5:CM-2", "PCI-DSS-4.0.1:12.3.4"),
    source="AWS Security Hub User Guide, EKS.2; Amazon EKS User Guide, Kubernetes release calendar",
    remediation="Upgrade the cluster, one minor version after the other.",
    config_rule="eks-cluster-supported-version",
    parameters=(Parameter("oldestVersionSupported", "string", OLDEST, "the oldest version that is right"),),
    properties=("Version",),
)
def eks_cluster_supported_version(cluster: Resource, *, oldest_version_supported: str) -> Verdict:
    """FAIL for an older version; a cluster yet to be made that names none gets the newest."""
    version = cluster.get("Version")
    if version is None:
        return PASS if cluster.origin.source in NEW else unknown("the version was not read", "Version")
    return judge_version(version, oldest_version_supported, "Version")
