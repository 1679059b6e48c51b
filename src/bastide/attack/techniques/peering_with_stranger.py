"""Ask a foreign account to peer with the VPC: a private line out that no proxy sees."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A VPC is peered with a stranger's",
    mitre=("T1048",),
    tactic="exfiltration",
    detectors=("GuardDuty Exfiltration:IAMUser/AnomalousBehavior",),
    expected=Prevented("vpc-internet"),
    source='Amazon VPC Peering Guide, "Create a VPC peering connection"',
)


def prepare(stage: Stage) -> Scene:
    """A VPC, and the stranger's."""
    theirs = stage.owner(stage.outsider).client("ec2").create_vpc(CidrBlock="10.251.0.0/24")["Vpc"]["VpcId"]
    return {"network": scenery.network(stage), "theirs": theirs}


def attack(stage: Stage, scene: Scene) -> None:
    """Ask for the peering."""
    stage.attacker().client("ec2").create_vpc_peering_connection(
        VpcId=scene["network"].vpc, PeerVpcId=scene["theirs"], PeerOwnerId=stage.outsider
    )


def _peerings(stage: Stage, scene: Scene) -> list[str]:
    wanted = [{"Name": "requester-vpc-info.vpc-id", "Values": [scene["network"].vpc]}]
    found = stage.owner().client("ec2").describe_vpc_peering_connections(Filters=wanted)["VpcPeeringConnections"]
    return [one["VpcPeeringConnectionId"] for one in found if one["Status"]["Code"] != "deleted"]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The peering waits for the stranger's yes."""
    return bool(_peerings(stage, scene))


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the peering and both VPCs."""
    for id in _peerings(stage, scene):
        stage.owner().client("ec2").delete_vpc_peering_connection(VpcPeeringConnectionId=id)
    scenery.drop_network(stage, scene["network"])
    stage.owner(stage.outsider).client("ec2").delete_vpc(VpcId=scene["theirs"])
