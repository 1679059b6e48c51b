"""Narrow a trail's event selectors: it is still logging, only not what happens next.

Quieter than stopping the trail, because every dashboard still shows it as on.
"""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A trail no longer records management events",
    mitre=("T1562.008",),
    tactic="defense-evasion",
    detectors=("GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior", "Security Hub CloudTrail.1"),
    expected=Prevented("cloudtrail-protect"),
    source='AWS CloudTrail User Guide, "Logging management events"',
)


def prepare(stage: Stage) -> Scene:
    """A trail of the team's own that records everything."""
    return {"trail": scenery.trail(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Leave only events of reading, and no management events."""
    blind = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": False, "DataResources": []}]
    stage.attacker().client("cloudtrail").put_event_selectors(TrailName=scene["trail"].name, EventSelectors=blind)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """No selector of the trail includes management events."""
    found = stage.owner().client("cloudtrail").get_event_selectors(TrailName=scene["trail"].name)
    basic = found.get("EventSelectors") or []
    return bool(basic) and not any(one["IncludeManagementEvents"] for one in basic)


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the trail."""
    scenery.drop_trail(stage, scene["trail"])
