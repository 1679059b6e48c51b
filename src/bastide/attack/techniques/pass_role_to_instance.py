"""Start an instance with a stronger role than one's own, and read the role's keys from it."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A developer passes an administrator's role to an instance",
    mitre=("T1548.005",),
    tactic="privilege-escalation",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior",),
    expected=Recorded(
        "passing a role is authorized by identity policies; platform-roles-protect holds the pipeline's own"
    ),
    source='IAM User Guide, "Grant a user permissions to pass a role to an AWS service"',
)


def prepare(stage: Stage) -> Scene:
    """A developer's role, and an administrator's instance profile."""
    iam, name = stage.owner().client("iam"), stage.name("admin-profile")
    strong = stage.role("instance-admin", trusts={"Service": "ec2.amazonaws.com"})
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=strong.rpartition("/")[2])
    developer = stage.role("developer", allows=["iam:PassRole", "ec2:RunInstances", "ec2:CreateTags"])
    return {"network": scenery.network(stage), "profile": name, "strong": strong, "developer": developer}


def attack(stage: Stage, scene: Scene) -> None:
    """Start an instance with the profile."""
    ec2 = stage.entered(scene["developer"]).client("ec2")
    scenery.launch(ec2, SubnetId=scene["network"].subnet, IamInstanceProfile={"Name": scene["profile"]})


def succeeded(stage: Stage, scene: Scene) -> bool:
    """An instance in the network has the profile."""
    found = scenery.instances(stage, subnet_id=scene["network"].subnet)
    return any(one.get("IamInstanceProfile", {}).get("Arn", "").endswith(f"/{scene['profile']}") for one in found)


def clean_up(stage: Stage, scene: Scene) -> None:
    """Terminate the instance, delete profile, roles and network."""
    scenery.drop_instances(stage, subnet_id=scene["network"].subnet)
    iam = stage.owner().client("iam")
    role = scene["strong"].rpartition("/")[2]
    iam.remove_role_from_instance_profile(InstanceProfileName=scene["profile"], RoleName=role)
    iam.delete_instance_profile(InstanceProfileName=scene["profile"])
    stage.drop_role(scene["strong"])
    stage.drop_role(scene["developer"])
    scenery.drop_network(stage, scene["network"])
