"""Delete a log group of the platform, and with it what it has kept."""

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
    name = f"/bastide/{stage.name('audit')}"
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
    """Delete it."""
    if not succeeded(stage, scene):
        stage.owner().client("logs").delete_log_group(logGroupName=scene["group"])
