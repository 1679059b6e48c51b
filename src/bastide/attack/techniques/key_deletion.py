"""Schedule a key's deletion: all data under it is lost with it."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A key's deletion is scheduled",
    mitre=("T1485",),
    tactic="impact",
    detectors=("Security Hub KMS.3", "GuardDuty Impact:IAMUser/AnomalousBehavior"),
    expected=Prevented("kms-deletion"),
    source="AWS KMS API Reference, ScheduleKeyDeletion",
)


def prepare(stage: Stage) -> Scene:
    """A key."""
    return {"key": scenery.key(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Delete it as soon as may be."""
    stage.attacker().client("kms").schedule_key_deletion(KeyId=scene["key"], PendingWindowInDays=7)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The key is pending deletion."""
    found = stage.owner().client("kms").describe_key(KeyId=scene["key"])["KeyMetadata"]
    return str(found["KeyState"]) == "PendingDeletion"


def clean_up(stage: Stage, scene: Scene) -> None:
    """Schedule it with the longest wait."""
    scenery.drop_key(stage, scene["key"])
