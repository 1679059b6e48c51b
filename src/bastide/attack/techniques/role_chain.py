"""Go from one account to the next through a role that trusts the whole first account."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A neighbouring account is entered through a trusted role",
    mitre=("T1021.007", "T1550.001"),
    tactic="lateral-movement",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior",),
    expected=Recorded("the neighbour trusts the victim's account, and both are of the organization"),
    source='IAM User Guide, "Cross-account access using roles"',
)


def prepare(stage: Stage) -> Scene:
    """A role of the neighbour that trusts the victim's account."""
    trusts = {"AWS": f"arn:aws:iam::{stage.victim}:root"}
    return {"role": stage.role("shared-reports", trusts=trusts, allows="s3:ListAllMyBuckets", account=stage.neighbour)}


def attack(stage: Stage, scene: Scene) -> None:
    """Take it."""
    inside = stage.entered(scene["role"], by=stage.attacker())
    scene["account"] = inside.client("sts").get_caller_identity()["Account"]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The intruder is in the neighbour's account."""
    return scene.get("account") == stage.neighbour


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the role."""
    stage.drop_role(scene["role"])
