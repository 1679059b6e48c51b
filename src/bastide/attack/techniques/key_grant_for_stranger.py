"""Grant a stranger the use of a key: no policy shows it, and it outlives whoever made it."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A stranger is granted a key",
    mitre=("T1537", "T1098.003"),
    tactic="exfiltration",
    detectors=("IAM Access Analyzer: external access to a key", "GuardDuty Exfiltration:IAMUser/AnomalousBehavior"),
    expected=Prevented("kms-grants"),
    source="AWS KMS API Reference, CreateGrant",
)


def prepare(stage: Stage) -> Scene:
    """A key."""
    return {"key": scenery.key(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Grant decryption."""
    stage.attacker().client("kms").create_grant(
        KeyId=scene["key"], GranteePrincipal=f"arn:aws:iam::{stage.outsider}:root", Operations=["Decrypt"]
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The key has a grant of the stranger's."""
    found = stage.owner().client("kms").list_grants(KeyId=scene["key"])["Grants"]
    return any(stage.outsider in one["GranteePrincipal"] for one in found)


def clean_up(stage: Stage, scene: Scene) -> None:
    """Schedule the key's deletion; its grants go with it."""
    scenery.drop_key(stage, scene["key"])
