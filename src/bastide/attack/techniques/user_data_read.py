"""Read the start scripts of instances for the passwords in them."""

import base64

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="Passwords are read from instances' start scripts",
    mitre=("T1552.001",),
    tactic="credential-access",
    detectors=("GuardDuty CredentialAccess:IAMUser/AnomalousBehavior",),
    expected=Recorded("reading attributes of instances is ordinary work; secrets do not belong there"),
    source="Amazon EC2 API Reference, DescribeInstanceAttribute",
)
SCRIPT = "#!/bin/sh\nexport DB_PASSWORD=hunter2\n"


def prepare(stage: Stage) -> Scene:
    """An instance with a password in its start script."""
    network = scenery.network(stage)
    return {"network": network, "instance": scenery.instance(stage, network.subnet, UserData=SCRIPT)}


def attack(stage: Stage, scene: Scene) -> None:
    """Read the script of every instance."""
    ec2 = stage.attacker().client("ec2")
    pages = ec2.get_paginator("describe_instances").paginate()
    ids = [one["InstanceId"] for page in pages for group in page["Reservations"] for one in group["Instances"]]
    found = [ec2.describe_instance_attribute(InstanceId=id, Attribute="userData")["UserData"] for id in ids]
    scene["scripts"] = [base64.b64decode(one["Value"]).decode() for one in found if one.get("Value")]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The password is among what was read."""
    return SCRIPT in scene.get("scripts", [])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Terminate the instance."""
    scenery.drop_instances(stage, instance_id=scene["instance"])
    scenery.drop_network(stage, scene["network"])
