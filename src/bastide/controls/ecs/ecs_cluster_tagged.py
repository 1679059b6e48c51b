"""A cluster says by tags whose it is."""

from bastide.controls.control import control
from bastide.controls.tags import REQUIRED, judge_tags
from bastide.model import Resource, Verdict


@control(
    title="ECS clusters are tagged",
    resource_type="AWS::ECS::Cluster",
    severity="low",
    maps_to=("SecurityHub:ECS.14",),
    source="AWS Security Hub User Guide, ECS.14",
    remediation="Tag the cluster with who answers for it.",
    parameters=(REQUIRED,),
    properties=("Tags",),
)
def ecs_cluster_tagged(cluster: Resource, *, required_tag_keys: list[str] | None) -> Verdict:
    """FAIL when the cluster has no tag, or lacks one of the required keys."""
    return judge_tags(cluster, required_tag_keys)
