"""Disable a key: everything encrypted with it stands still until somebody notices why."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A key is disabled",
    mitre=("T1489", "T1486"),
    tactic="impact",
    detectors=("GuardDuty Impact:IAMUser/AnomalousBehavior",),
    expected=Prevented("kms-deletion"),
    source="AWS KMS API Reference, DisableKey",
)


def prepare(stage: Stage) -> Scene:
    """A key."""
    return {"key": scenery.key(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Disable it."""
    stage.attacker().client("kms").disable_key(KeyId=scene["key"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The key is disabled."""
    found = stage.owner().client("kms").describe_key(KeyId=scene["key"])["KeyMetadata"]
    return str(found["KeyState"]) == "Disabled"


def clean_up(stage: Stage, scene: Scene) -> None:
    """Schedule its deletion with the longest wait."""
    scenery.drop_key(stage, scene["key"])
