"""A task has a role of its own: not the one that starts it, and not that of the instance it runs on.

Source: Amazon ECS Developer Guide, "Amazon ECS task IAM role": without one, containers on an instance use its role.
"""

from bastide.controls.control import control
from bastide.model import PASS, Resource, Unknown, Verdict, fail, unknown


@control(
    title="ECS tasks have a role of their own",
    resource_type="AWS::ECS::TaskDefinition",
    severity="medium",
    maps_to=("Bastide:ECS.task-role", "NIST-800-53r5:AC-6"),
    source="Amazon ECS Developer Guide, Best practices for IAM roles in Amazon ECS",
    remediation="Give the task definition a task role of its own, with what the containers need and no more.",
    properties=("TaskRoleArn", "ExecutionRoleArn", "RequiresCompatibilities"),
)
def ecs_task_own_role(task: Resource) -> Verdict:
    """FAIL when the task uses the role that starts it, or can run on an instance without a role."""
    own, starting, where = (task.get(name) for name in ("TaskRoleArn", "ExecutionRoleArn", "RequiresCompatibilities"))
    if isinstance(own, Unknown):
        return unknown(own, "TaskRoleArn")
    if own:
        if isinstance(starting, Unknown):
            return unknown(starting, "ExecutionRoleArn")
        return fail("the task uses the role that starts it", "TaskRoleArn") if own == starting else PASS
    if isinstance(where, Unknown):
        return unknown(where, "RequiresCompatibilities")
    if isinstance(where, list | tuple):
        gap = next((one for one in where if isinstance(one, Unknown)), None)
        if gap is None and list(where) == ["FARGATE"]:
            return PASS  # no instance, hence no role of one
        if gap is not None:
            return unknown(gap, "RequiresCompatibilities")
    return fail("containers use the role of the instance", "TaskRoleArn")
