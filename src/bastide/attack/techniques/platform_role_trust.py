"""Open the trust of the role that the guardrails exempt: whoever takes it is bound by none of them."""

from bastide.attack.stage import Stage, policy
from bastide.attack.technique import NotPlayable, Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="The deployment pipeline's role is taken over",
    mitre=("T1098.003", "T1548.005"),
    tactic="privilege-escalation",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior",),
    expected=Prevented("platform-roles-protect", "permission-boundary"),
    source="IAM API Reference, UpdateAssumeRolePolicy",
)
ROLE = "bastide-deployer"


def prepare(stage: Stage) -> Scene:
    """The pipeline's role, with its trust policy as it is."""
    pages = stage.owner().client("iam").get_paginator("list_roles").paginate(PathPrefix="/bastide/")
    found = [role for page in pages for role in page["Roles"] if role["RoleName"] == ROLE]
    if not found:
        raise NotPlayable(f"the victim's account has no role {ROLE}")
    return {"trust": found[0]["AssumeRolePolicyDocument"]}


def attack(stage: Stage, scene: Scene) -> None:
    """Trust the account's own administrators."""
    trusts = {"Effect": "Allow", "Principal": {"AWS": stage.victim}, "Action": "sts:AssumeRole"}
    stage.attacker().client("iam").update_assume_role_policy(RoleName=ROLE, PolicyDocument=policy(trusts))


def _trust(stage: Stage) -> object:
    return stage.owner().client("iam").get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The trust policy is another one."""
    return bool(_trust(stage) != scene["trust"])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Put the trust policy back."""
    if succeeded(stage, scene):
        stage.owner().client("iam").update_assume_role_policy(
            RoleName=ROLE, PolicyDocument=policy(*scene["trust"]["Statement"])
        )
