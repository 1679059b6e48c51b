"""List all secrets and read every one: each opens another door."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="Every secret of Secrets Manager is read",
    mitre=("T1555.006",),
    tactic="credential-access",
    detectors=("GuardDuty CredentialAccess:IAMUser/AnomalousBehavior",),
    expected=Recorded(
        "reading secrets is what an administrator may do; how many at once only a detector sees",
        would="perimeter-network",
    ),
    source="AWS Secrets Manager API Reference, GetSecretValue",
)
SECRETS = 3


def prepare(stage: Stage) -> Scene:
    """Three secrets."""
    secrets, stem = stage.owner().client("secretsmanager"), stage.name("db")
    names = [f"{stem}/{number}" for number in range(SECRETS)]
    for name in names:
        secrets.create_secret(Name=name, SecretString=f"of {name}")
    return {"names": names}


def attack(stage: Stage, scene: Scene) -> None:
    """Read all that are listed."""
    secrets = stage.attacker().client("secretsmanager")
    pages = secrets.get_paginator("list_secrets").paginate()
    listed = [one["Name"] for page in pages for one in page["SecretList"]]
    scene["read"] = {name: secrets.get_secret_value(SecretId=name)["SecretString"] for name in listed}


def succeeded(stage: Stage, scene: Scene) -> bool:
    """What was read is what the secrets hold."""
    read = scene.get("read", {})
    return all(read.get(name) == f"of {name}" for name in scene["names"])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the secrets at once."""
    for name in scene["names"]:
        stage.owner().client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
