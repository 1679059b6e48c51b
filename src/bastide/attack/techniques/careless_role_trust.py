"""Take a role whose trust policy lets in any AWS account.

Somebody wrote a star where a partner's account belonged. The role's policy says yes; the organization says no.
"""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A stranger takes a role that trusts every account",
    mitre=("T1199", "T1078.004"),
    tactic="initial-access",
    detectors=("IAM Access Analyzer: external access to a role", "GuardDuty InitialAccess:IAMUser/AnomalousBehavior"),
    expected=Prevented("perimeter-identity-rcp"),
    source='IAM User Guide, "AWS JSON policy elements: Principal"',
)


def prepare(stage: Stage) -> Scene:
    """A role that trusts the world."""
    return {"role": stage.role("partner", trusts={"AWS": "*"}, allows="s3:ListAllMyBuckets")}


def attack(stage: Stage, scene: Scene) -> None:
    """Take it from outside the organization."""
    inside = stage.entered(scene["role"], by=stage.stranger())
    scene["account"] = inside.client("sts").get_caller_identity()["Account"]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The stranger is in the victim's account."""
    return scene.get("account") == stage.victim


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the role."""
    stage.drop_role(scene["role"])
