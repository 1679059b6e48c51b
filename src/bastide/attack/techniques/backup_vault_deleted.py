"""Delete the backups before asking for ransom."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A backup vault is deleted",
    mitre=("T1490",),
    tactic="impact",
    detectors=("GuardDuty Impact:IAMUser/AnomalousBehavior",),
    expected=Prevented("backup-protect"),
    source="AWS Backup API Reference, DeleteBackupVault",
)


def prepare(stage: Stage) -> Scene:
    """A vault."""
    name = stage.name("vault")
    stage.owner().client("backup").create_backup_vault(BackupVaultName=name)
    return {"vault": name}


def attack(stage: Stage, scene: Scene) -> None:
    """Delete it."""
    stage.attacker().client("backup").delete_backup_vault(BackupVaultName=scene["vault"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """It is gone."""
    found = stage.owner().client("backup").list_backup_vaults()["BackupVaultList"]
    return scene["vault"] not in [one["BackupVaultName"] for one in found]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the vault, if it is left."""
    if not succeeded(stage, scene):
        stage.owner().client("backup").delete_backup_vault(BackupVaultName=scene["vault"])
