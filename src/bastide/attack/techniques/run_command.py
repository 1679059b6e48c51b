"""Run a command on an instance through Systems Manager: no key, no open port, root on the machine."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A command runs on an instance through Systems Manager",
    mitre=("T1651",),
    tactic="execution",
    detectors=(
        "GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior",
        "GuardDuty Execution:Runtime/SuspiciousCommand",
    ),
    expected=Recorded("operating instances this way is ordinary work of an administrator"),
    source="AWS Systems Manager API Reference, SendCommand",
)


def prepare(stage: Stage) -> Scene:
    """An instance."""
    network = scenery.network(stage)
    return {"network": network, "instance": scenery.instance(stage, network.subnet)}


def attack(stage: Stage, scene: Scene) -> None:
    """Send a shell command."""
    made = (
        stage.attacker()
        .client("ssm")
        .send_command(
            InstanceIds=[scene["instance"]], DocumentName="AWS-RunShellScript", Parameters={"commands": ["id"]}
        )
    )
    scene["command"] = made["Command"]["CommandId"]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The instance's commands include it."""
    found = stage.owner().client("ssm").list_commands(InstanceId=scene["instance"])["Commands"]
    return scene.get("command") in [one["CommandId"] for one in found]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Terminate the instance."""
    scenery.drop_instances(stage, instance_id=scene["instance"])
    scenery.drop_network(stage, scene["network"])
