"""Take the permissions boundary off a role: everything that its policies ever promised comes true."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A role's permissions boundary is removed",
    mitre=("T1098.003",),
    tactic="privilege-escalation",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior",),
    expected=Prevented("permission-boundary"),
    source="IAM API Reference, DeleteRolePermissionsBoundary",
)
BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def prepare(stage: Stage) -> Scene:
    """An administrator's role that its boundary keeps to reading."""
    role = stage.role("contractor")
    stage.owner().client("iam").put_role_permissions_boundary(
        RoleName=role.rpartition("/")[2], PermissionsBoundary=BOUNDARY
    )
    return {"role": role}


def attack(stage: Stage, scene: Scene) -> None:
    """Take it off."""
    stage.attacker().client("iam").delete_role_permissions_boundary(RoleName=scene["role"].rpartition("/")[2])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The role has no boundary."""
    found = stage.owner().client("iam").get_role(RoleName=scene["role"].rpartition("/")[2])["Role"]
    return "PermissionsBoundary" not in found


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the role."""
    if not succeeded(stage, scene):
        stage.owner().client("iam").delete_role_permissions_boundary(RoleName=scene["role"].rpartition("/")[2])
    stage.drop_role(scene["role"])
