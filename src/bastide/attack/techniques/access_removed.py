"""Take away the keys and rights of those who could throw the intruder out."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A defender's access is removed",
    mitre=("T1531",),
    tactic="impact",
    detectors=("GuardDuty Impact:IAMUser/AnomalousBehavior",),
    expected=Recorded(
        "deleting keys is the repair after a leak, so it stays possible; people come through Identity Center"
    ),
    source="IAM API Reference, DeleteAccessKey",
)


def prepare(stage: Stage) -> Scene:
    """A defender's user with a key."""
    name, key = scenery.user(stage, "incident-response", "*")
    return {"user": name, "key": key["AccessKeyId"]}


def attack(stage: Stage, scene: Scene) -> None:
    """Delete the key."""
    iam = stage.attacker().client("iam")
    iam.delete_access_key(UserName=scene["user"], AccessKeyId=scene["key"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The user has no key."""
    return not stage.owner().client("iam").list_access_keys(UserName=scene["user"])["AccessKeyMetadata"]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the user."""
    scenery.drop_user(stage, scene["user"])
