"""Delete the log group of an application: what the intruder did inside the application goes with it."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A log group of an application is deleted",
    mitre=("T1562.008",),
    tactic="defense-evasion",
    detectors=("GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior",),
    expected=Recorded(
        "the account's own log groups belong to its team; log-groups-protect holds the platform's prefix"
    ),
    source="Amazon CloudWatch Logs API Reference, DeleteLogGroup",
)


def prepare(stage: Stage) -> Scene:
    """A log group of a function."""
    return {"group": scenery.log_group(stage, f"/aws/lambda/{stage.name('payments')}")}


def attack(stage: Stage, scene: Scene) -> None:
    """Delete it."""
    stage.attacker().client("logs").delete_log_group(logGroupName=scene["group"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """It is gone."""
    return not scenery.has_log_group(stage, scene["group"])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete it, where it is left."""
    scenery.drop_log_group(stage, scene["group"])
