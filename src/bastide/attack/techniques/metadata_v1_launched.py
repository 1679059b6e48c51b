"""Start an instance that answers IMDSv1, for a later request forged through its application to read the role's keys."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="An instance starts with IMDSv1",
    mitre=("T1552.005",),
    tactic="credential-access",
    detectors=("Security Hub EC2.8",),
    expected=Prevented("imdsv2-launch"),
    source='Amazon EC2 User Guide, "Configure instance metadata options for new instances"',
)


def prepare(stage: Stage) -> Scene:
    """A network."""
    return {"network": scenery.network(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Start it with the token optional."""
    ec2 = stage.attacker().client("ec2")
    scenery.launch(ec2, SubnetId=scene["network"].subnet, MetadataOptions={"HttpTokens": "optional"})


def succeeded(stage: Stage, scene: Scene) -> bool:
    """It runs, and the token is optional."""
    found = scenery.instances(stage, subnet_id=scene["network"].subnet)
    return any(one["MetadataOptions"]["HttpTokens"] == "optional" for one in found)


def clean_up(stage: Stage, scene: Scene) -> None:
    """Terminate the instance."""
    scenery.drop_instances(stage, subnet_id=scene["network"].subnet)
    scenery.drop_network(stage, scene["network"])
