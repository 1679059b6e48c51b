"""Decrypt with a key whose policy was opened to a foreign account."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A stranger decrypts with a key that trusts it",
    mitre=("T1537",),
    tactic="exfiltration",
    detectors=("IAM Access Analyzer: external access to a key",),
    expected=Prevented("perimeter-identity-rcp"),
    source='AWS KMS Developer Guide, "Allowing users in other accounts to use a KMS key"',
)


def prepare(stage: Stage) -> Scene:
    """A key that a careless policy opened, and something encrypted with it."""
    stranger = {"AWS": f"arn:aws:iam::{stage.outsider}:root"}
    key = scenery.key(stage, {"Effect": "Allow", "Principal": stranger, "Action": "kms:Decrypt", "Resource": "*"})
    sealed = stage.owner().client("kms").encrypt(KeyId=key, Plaintext=b"4111 1111 1111 1111")["CiphertextBlob"]
    return {"key": key, "sealed": sealed}


def attack(stage: Stage, scene: Scene) -> None:
    """Decrypt it from outside."""
    arn = f"arn:aws:kms:{stage.home}:{stage.victim}:key/{scene['key']}"
    found = stage.stranger().client("kms").decrypt(CiphertextBlob=scene["sealed"], KeyId=arn)
    scene["plain"] = found["Plaintext"]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The stranger has the plain text."""
    return scene.get("plain") == b"4111 1111 1111 1111"


def clean_up(stage: Stage, scene: Scene) -> None:
    """Schedule the key's deletion."""
    scenery.drop_key(stage, scene["key"])
