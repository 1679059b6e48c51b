"""Open SSH to everybody in a security group: a way in that needs no AWS credentials."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="SSH is open to the world",
    mitre=("T1562.007",),
    tactic="defense-evasion",
    detectors=("Security Hub EC2.13", "AWS Config restricted-ssh", "GuardDuty Recon:EC2/PortProbeUnprotectedPort"),
    expected=Recorded(
        "no condition key sees the addresses of a rule; without an internet gateway (vpc-internet) it leads nowhere",
        would="security-group-any-source",
    ),
    source="Amazon EC2 API Reference, AuthorizeSecurityGroupIngress",
)


def prepare(stage: Stage) -> Scene:
    """A security group without rules."""
    network = scenery.network(stage)
    made = (
        stage.owner()
        .client("ec2")
        .create_security_group(GroupName=stage.name("web"), Description="web", VpcId=network.vpc)
    )
    return {"network": network, "group": made["GroupId"]}


def attack(stage: Stage, scene: Scene) -> None:
    """Port 22 from anywhere."""
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    stage.attacker().client("ec2").authorize_security_group_ingress(GroupId=scene["group"], IpPermissions=[rule])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The group has the rule."""
    found = stage.owner().client("ec2").describe_security_groups(GroupIds=[scene["group"]])["SecurityGroups"][0]
    ranges = [one["CidrIp"] for rule in found["IpPermissions"] for one in rule["IpRanges"]]
    return "0.0.0.0/0" in ranges


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the group with its network."""
    scenery.drop_network(stage, scene["network"])
