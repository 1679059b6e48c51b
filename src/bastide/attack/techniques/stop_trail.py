"""Stop a trail's logging: it stays in every list and records nothing more.

The shortest way to blindness, and the one that every detector knows.
"""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A trail stops logging",
    mitre=("T1562.008",),
    tactic="defense-evasion",
    detectors=("GuardDuty Stealth:IAMUser/CloudTrailLoggingDisabled", "Security Hub CloudTrail.1"),
    expected=Prevented("cloudtrail-protect"),
    source="AWS CloudTrail API Reference, StopLogging",
)


def prepare(stage: Stage) -> Scene:
    """A trail of the team's own that logs."""
    return {"trail": scenery.trail(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Stop it."""
    stage.attacker().client("cloudtrail").stop_logging(Name=scene["trail"].name)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """Its status says that it does not log."""
    return stage.owner().client("cloudtrail").get_trail_status(Name=scene["trail"].name)["IsLogging"] is False


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the trail."""
    scenery.drop_trail(stage, scene["trail"])
