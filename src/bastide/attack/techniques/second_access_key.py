"""Take a second access key of a user that exists: the owner's own key goes on working, and nothing looks broken."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A user gets a second access key",
    mitre=("T1098.001",),
    tactic="persistence",
    detectors=("GuardDuty Persistence:IAMUser/AnomalousBehavior",),
    expected=Prevented("iam-users-and-keys"),
    source="IAM API Reference, CreateAccessKey",
)


def prepare(stage: Stage) -> Scene:
    """A user with one key."""
    return {"user": scenery.user(stage, "reports", "s3:GetObject")[0]}


def attack(stage: Stage, scene: Scene) -> None:
    """Make another one."""
    stage.attacker().client("iam").create_access_key(UserName=scene["user"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The user has two."""
    found = stage.owner().client("iam").list_access_keys(UserName=scene["user"])["AccessKeyMetadata"]
    return len(found) > 1


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the user."""
    scenery.drop_user(stage, scene["user"])
