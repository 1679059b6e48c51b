"""Put an internet gateway onto a private VPC, past the inspected way out."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A private VPC gets a way to the internet",
    mitre=("T1048", "T1562.007"),
    tactic="exfiltration",
    detectors=("GuardDuty Behavior:EC2/TrafficVolumeUnusual", "AWS Config internet-gateway-authorized-vpc-only"),
    expected=Prevented("vpc-internet"),
    source='Amazon VPC User Guide, "Enable internet access for a VPC using an internet gateway"',
)


def prepare(stage: Stage) -> Scene:
    """A private VPC."""
    return {"network": scenery.network(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Make a gateway and attach it."""
    ec2 = stage.attacker().client("ec2")
    made = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=scene["network"].vpc)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The VPC has a gateway."""
    wanted = [{"Name": "attachment.vpc-id", "Values": [scene["network"].vpc]}]
    return bool(stage.owner().client("ec2").describe_internet_gateways(Filters=wanted)["InternetGateways"])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the VPC with its gateway."""
    scenery.drop_network(stage, scene["network"])
