"""A service says by tags whose it is."""

from bastide.controls.control import control
from bastide.controls.tags import REQUIRED, judge_tags
from bastide.model import Resource, Verdict


@control(
    title="ECS services are tagged",
    resource_type="AWS::ECS::Service",
    severity="low",
    maps_to=("SecurityHub:ECS.13",),
    source="AWS Security Hub User Guide, ECS.13",
    remediation="Tag the service with who answers for it.",
    parameters=(REQUIRED,),
    properties=("Tags",),
)
def ecs_service_tagged(service: Resource, *, required_tag_keys: list[str] | None) -> Verdict:
    """FAIL when the service has no tag, or lacks one of the required keys."""
    return judge_tags(service, required_tag_keys)
