"""Give a user of a program a password, and sign in to the console as it."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique
from bastide.aws.failure import ClientError

TECHNIQUE = Technique(
    title="A program's user gets a console password",
    mitre=("T1098.001",),
    tactic="persistence",
    detectors=("GuardDuty Persistence:IAMUser/AnomalousBehavior", "Security Hub IAM.5"),
    expected=Prevented("iam-users-and-keys"),
    source="IAM API Reference, CreateLoginProfile",
)


def prepare(stage: Stage) -> Scene:
    """A user without a password."""
    return {"user": scenery.user(stage, "deploy", "s3:GetObject")[0]}


def attack(stage: Stage, scene: Scene) -> None:
    """Give it one."""
    stage.attacker().client("iam").create_login_profile(UserName=scene["user"], Password="Correct-Horse-9-Battery")


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The user has a login profile."""
    try:
        stage.owner().client("iam").get_login_profile(UserName=scene["user"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        return False
    return True


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the user."""
    scenery.drop_user(stage, scene["user"])
