"""Weaken the account's password policy, so that a guessable password can be set and kept."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique
from bastide.aws.failure import ClientError

TECHNIQUE = Technique(
    title="The password policy is weakened",
    mitre=("T1556",),
    tactic="credential-access",
    detectors=("GuardDuty Stealth:IAMUser/PasswordPolicyChange", "Security Hub IAM.7"),
    expected=Prevented("password-policy-protect"),
    source="IAM API Reference, UpdateAccountPasswordPolicy",
)
UNSETTABLE = ("ExpirePasswords",)  # follows from MaxPasswordAge


def _policy(stage: Stage) -> dict[str, object] | None:
    try:
        found = stage.owner().client("iam").get_account_password_policy()["PasswordPolicy"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        return None
    return {name: value for name, value in found.items() if name not in UNSETTABLE}


def prepare(stage: Stage) -> Scene:
    """The policy as it is."""
    return {"before": _policy(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Six letters are enough."""
    stage.attacker().client("iam").update_account_password_policy(MinimumPasswordLength=6)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The policy asks for no more."""
    found = _policy(stage)
    return found is not None and found["MinimumPasswordLength"] == 6


def clean_up(stage: Stage, scene: Scene) -> None:
    """Put back the one before."""
    iam = stage.owner().client("iam")
    if scene["before"]:
        iam.update_account_password_policy(**scene["before"])
    elif succeeded(stage, scene):
        iam.delete_account_password_policy()
