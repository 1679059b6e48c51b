"""Delete a trail: no more records, and no trail to ask for its status.

Noisier than stopping it, but nobody can start it again.
"""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A trail is deleted",
    mitre=("T1562.008",),
    tactic="defense-evasion",
    detectors=("GuardDuty Stealth:IAMUser/CloudTrailLoggingDisabled", "Security Hub CloudTrail.1"),
    expected=Prevented("cloudtrail-protect"),
    source="AWS CloudTrail API Reference, DeleteTrail",
)


def prepare(stage: Stage) -> Scene:
    """A trail of the team's own that logs."""
    return {"trail": scenery.trail(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Delete it."""
    stage.attacker().client("cloudtrail").delete_trail(Name=scene["trail"].name)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """No trail of this name is left."""
    found = stage.owner().client("cloudtrail").describe_trails()["trailList"]
    return scene["trail"].name not in [one["Name"] for one in found]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the trail, if it is left, and its bucket."""
    scenery.drop_trail(stage, scene["trail"])
