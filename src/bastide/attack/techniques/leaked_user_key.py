"""Use the access key of a user that was found in a repository.

The key is as good as its owner until somebody rotates it. Guardrails keep such keys from being made, not from working.
"""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A leaked access key is used",
    mitre=("T1078.004",),
    tactic="initial-access",
    detectors=(
        "GuardDuty InitialAccess:IAMUser/AnomalousBehavior",
        "GuardDuty UnauthorizedAccess:IAMUser/MaliciousIPCaller",
    ),
    expected=Recorded(
        "a valid key is a valid key; iam-users-and-keys keeps new ones from being made", would="perimeter-network"
    ),
    source='IAM User Guide, "Manage access keys for IAM users"',
)


def prepare(stage: Stage) -> Scene:
    """A user with a key from before the guardrails."""
    name, key = scenery.user(stage, "ci", ["iam:ListRoles", "s3:ListAllMyBuckets"])
    return {"user": name, "key": key}


def attack(stage: Stage, scene: Scene) -> None:
    """Ask who one is, and which roles there are."""
    intruder = stage.signed_in(scene["key"])
    scene["arn"] = intruder.client("sts").get_caller_identity()["Arn"]
    scene["roles"] = [role["RoleName"] for role in intruder.client("iam").list_roles()["Roles"]]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The intruder is the user, and knows the account's roles."""
    return str(scene.get("arn", "")).endswith(f":user/{scene['user']}") and bool(scene.get("roles"))


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the user."""
    scenery.drop_user(stage, scene["user"])
