"""Turn off encryption of new volumes: their snapshots can be shared without a key, even with the world."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="Encryption of new volumes is turned off",
    mitre=("T1562.001",),
    tactic="defense-evasion",
    detectors=("Security Hub EC2.7",),
    expected=Prevented("ebs-encryption-default"),
    source="Amazon EC2 API Reference, DisableEbsEncryptionByDefault",
)


def prepare(stage: Stage) -> Scene:
    """Encryption by default, on."""
    stage.owner().client("ec2").enable_ebs_encryption_by_default()
    return {}


def attack(stage: Stage, scene: Scene) -> None:
    """Turn it off."""
    stage.attacker().client("ec2").disable_ebs_encryption_by_default()


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The account's setting says off."""
    return stage.owner().client("ec2").get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False


def clean_up(stage: Stage, scene: Scene) -> None:
    """Turn it on."""
    stage.owner().client("ec2").enable_ebs_encryption_by_default()
