"""Look through instances, networks and volumes for what is worth taking."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="Instances, networks and volumes are listed",
    mitre=("T1580",),
    tactic="discovery",
    detectors=("GuardDuty Discovery:IAMUser/AnomalousBehavior",),
    expected=Recorded("reading is what operators do all day"),
    source="Amazon EC2 API Reference, DescribeInstances",
)


def prepare(stage: Stage) -> Scene:
    """An instance to be found."""
    network = scenery.network(stage)
    return {"network": network, "instance": scenery.instance(stage, network.subnet)}


def attack(stage: Stage, scene: Scene) -> None:
    """List them."""
    ec2 = stage.attacker().client("ec2")
    ec2.describe_vpcs()
    ec2.describe_volumes()
    pages = ec2.get_paginator("describe_instances").paginate()
    scene["found"] = [
        one["InstanceId"] for page in pages for group in page["Reservations"] for one in group["Instances"]
    ]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The instance is among what was found."""
    return scene["instance"] in scene.get("found", [])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Terminate the instance."""
    scenery.drop_instances(stage, instance_id=scene["instance"])
    scenery.drop_network(stage, scene["network"])
