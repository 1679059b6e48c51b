"""Delete the log group of an application: what the intruder did inside the application goes with it."""

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
    name = f"/aws/lambda/{stage.name('payments')}"
    stage.owner().client("logs").create_log_group(logGroupName=name)
    return {"group": name}


def attack(stage: Stage, scene: Scene) -> None:
    """Delete it."""
    stage.attacker().client("logs").delete_log_group(logGroupName=scene["group"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """It is gone."""
    found = stage.owner().client("logs").describe_log_groups(logGroupNamePrefix=scene["group"])["logGroups"]
    return not found


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete it, where it is left."""
    if not succeeded(stage, scene):
        stage.owner().client("logs").delete_log_group(logGroupName=scene["group"])
