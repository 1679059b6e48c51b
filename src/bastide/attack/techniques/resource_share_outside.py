"""Share a network's address list with a foreign account through Resource Access Manager."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="Resources are shared with a stranger's account",
    mitre=("T1537",),
    tactic="exfiltration",
    detectors=("GuardDuty Exfiltration:IAMUser/AnomalousBehavior",),
    expected=Prevented("ram-external-share"),
    source="AWS Resource Access Manager API Reference, CreateResourceShare",
)


def prepare(stage: Stage) -> Scene:
    """Only the share's name."""
    return {"share": stage.name("partners")}


def attack(stage: Stage, scene: Scene) -> None:
    """A share that allows principals from outside."""
    stage.attacker().client("ram").create_resource_share(
        name=scene["share"], allowExternalPrincipals=True, principals=[stage.outsider]
    )


def _shares(stage: Stage, scene: Scene) -> list[str]:
    found = stage.owner().client("ram").get_resource_shares(resourceOwner="SELF")["resourceShares"]
    rows = [one for one in found if one["name"] == scene["share"] and one["status"] == "ACTIVE"]
    return [one["resourceShareArn"] for one in rows if one["allowExternalPrincipals"]]


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The share is there, and allows them."""
    return bool(_shares(stage, scene))


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the share."""
    for arn in _shares(stage, scene):
        stage.owner().client("ram").delete_resource_share(resourceShareArn=arn)
