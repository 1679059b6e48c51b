"""Create a user with a key and every permission, to come back with."""

from bastide.attack import scenery
from bastide.attack.stage import ADMINISTRATOR, Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A user is created as a back door",
    mitre=("T1136.003", "T1098.003"),
    tactic="persistence",
    detectors=("GuardDuty Persistence:IAMUser/AnomalousBehavior", "Security Hub IAM.2"),
    expected=Prevented("iam-users-and-keys", "permission-boundary"),
    source="IAM API Reference, CreateUser, CreateAccessKey",
)


def prepare(stage: Stage) -> Scene:
    """Only a name that looks like it belongs."""
    return {"user": stage.name("svc-backup")}


def attack(stage: Stage, scene: Scene) -> None:
    """Create it, make it an administrator, and take a key."""
    iam = stage.attacker().client("iam")
    iam.create_user(UserName=scene["user"])
    iam.attach_user_policy(UserName=scene["user"], PolicyArn=ADMINISTRATOR)
    iam.create_access_key(UserName=scene["user"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The account has the user."""
    pages = stage.owner().client("iam").get_paginator("list_users").paginate()
    return scene["user"] in [one["UserName"] for page in pages for one in page["Users"]]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete it."""
    scenery.drop_user(stage, scene["user"])
