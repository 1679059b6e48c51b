"""Read all identities of the account and what they may, in one call."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="All users, roles and policies are listed",
    mitre=("T1087.004", "T1069.003"),
    tactic="discovery",
    detectors=("GuardDuty Discovery:IAMUser/AnomalousBehavior",),
    expected=Recorded("reading is what auditors do all day"),
    source="IAM API Reference, GetAccountAuthorizationDetails",
)


def prepare(stage: Stage) -> Scene:
    """A role to be found."""
    return {"role": stage.role("payroll", allows="s3:GetObject")}


def attack(stage: Stage, scene: Scene) -> None:
    """Ask for everything that is the account's own."""
    iam = stage.attacker().client("iam")
    pages = iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["User", "Role", "LocalManagedPolicy"]
    )
    scene["found"] = [role["Arn"] for page in pages for role in page["RoleDetailList"]]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The role is among what was found."""
    return scene["role"] in scene.get("found", [])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the role."""
    stage.drop_role(scene["role"])
