"""Delete a log group of the platform, and with it what it has kept."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A log group of the platform is deleted",
    mitre=("T1562.008",),
    tactic="defense-evasion",
    detectors=("GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior",),
    expected=Prevented("log-groups-protect"),
    source="Amazon CloudWatch Logs API Reference, DeleteLogGroup",
)


def prepare(stage: Stage) -> Scene:
    """A log group under the platform's prefix."""
    return {"group": scenery.log_group(stage, f"/bastide/{stage.name('audit')}")}


def attack(stage: Stage, scene: Scene) -> None:
    """Delete it."""
    stage.attacker().client("logs").delete_log_group(logGroupName=scene["group"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """It is gone."""
    return not scenery.has_log_group(stage, scene["group"])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete it, where it is left."""
    scenery.drop_log_group(stage, scene["group"])
