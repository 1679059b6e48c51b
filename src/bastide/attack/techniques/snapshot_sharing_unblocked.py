"""Lift the block of public snapshots, the last lock before the whole world may read a disk."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="The block of public snapshots is lifted",
    mitre=("T1537", "T1562.001"),
    tactic="exfiltration",
    detectors=("Security Hub EC2.182",),
    expected=Prevented("snapshot-image-public-share"),
    source='Amazon EBS User Guide, "Block public access for Amazon EBS snapshots"',
)


def prepare(stage: Stage) -> Scene:
    """The block, on."""
    stage.owner().client("ec2").enable_snapshot_block_public_access(State="block-all-sharing")
    return {}


def attack(stage: Stage, scene: Scene) -> None:
    """Lift it."""
    stage.attacker().client("ec2").disable_snapshot_block_public_access()


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The account's setting says unblocked."""
    return str(stage.owner().client("ec2").get_snapshot_block_public_access_state()["State"]) == "unblocked"


def clean_up(stage: Stage, scene: Scene) -> None:
    """Block again."""
    stage.owner().client("ec2").enable_snapshot_block_public_access(State="block-all-sharing")
