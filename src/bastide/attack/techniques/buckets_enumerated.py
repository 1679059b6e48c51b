"""List all buckets, and who may read them: the first look of whoever came for data."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="Buckets and their settings are listed",
    mitre=("T1619",),
    tactic="discovery",
    detectors=("GuardDuty Discovery:S3/AnomalousBehavior",),
    expected=Recorded("reading is what auditors do all day"),
    source="Amazon S3 API Reference, ListBuckets, GetBucketAcl",
)


def prepare(stage: Stage) -> Scene:
    """A bucket to be found."""
    return {"bucket": stage.bucket("payroll")}


def attack(stage: Stage, scene: Scene) -> None:
    """List buckets, look at each one's access control list."""
    s3 = stage.attacker().client("s3")
    scene["found"] = [one["Name"] for one in s3.list_buckets()["Buckets"]]
    for name in scene["found"]:
        s3.get_bucket_acl(Bucket=name)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The bucket is among what was found."""
    return scene["bucket"] in scene.get("found", [])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the bucket."""
    stage.drop_bucket(scene["bucket"])
