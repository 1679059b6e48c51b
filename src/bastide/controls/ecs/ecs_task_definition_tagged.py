"""A task definition says by tags whose it is."""

from bastide.controls.control import control
from bastide.controls.tags import REQUIRED, judge_tags
from bastide.model import Resource, Verdict


@control(
    title="ECS task definitions are tagged",
    resource_type="AWS::ECS::TaskDefinition",
    severity="low",
    maps_to=("SecurityHub:ECS.15",),
    source="AWS Security Hub User Guide, ECS.15",
    remediation="Tag the task definition with who answers for it.",
    parameters=(REQUIRED,),
    properties=("Tags",),
)
def ecs_task_definition_tagged(definition: Resource, *, required_tag_keys: list[str] | None) -> Verdict:
    """FAIL when the task definition has no tag, or lacks one of the required keys."""
    return judge_tags(definition, required_tag_keys)
