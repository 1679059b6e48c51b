"""Enable an opt-in region that nobody watches, to work there."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="A region that nobody watches is enabled",
    mitre=("T1535",),
    tactic="defense-evasion",
    detectors=("GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior",),
    expected=Prevented("region-opt-in"),
    source="AWS Account Management Reference Guide, EnableRegion",
)
REGION = "me-south-1"


def prepare(stage: Stage) -> Scene:
    """Nothing: the region is off in a new account."""
    return {}


def attack(stage: Stage, scene: Scene) -> None:
    """Enable it."""
    stage.attacker().client("account").enable_region(RegionName=REGION)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """It is enabled, or on the way."""
    found = stage.owner().client("account").get_region_opt_status(RegionName=REGION)["RegionOptStatus"]
    return str(found) in ("ENABLED", "ENABLING")


def clean_up(stage: Stage, scene: Scene) -> None:
    """Disable it."""
    if succeeded(stage, scene):
        stage.owner().client("account").disable_region(RegionName=REGION)
