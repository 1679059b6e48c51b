"""Start the largest instances with graphics cards in a region of work, as the guardrails ask: for mining."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique

TECHNIQUE = Technique(
    title="Large instances are started for mining",
    mitre=("T1496.001", "T1578.002"),
    tactic="impact",
    detectors=("GuardDuty CryptoCurrency:EC2/BitcoinTool.B", "GuardDuty Impact:IAMUser/AnomalousBehavior"),
    expected=Recorded(
        "which types a workload needs only its team knows; quotas and budgets hold the rest", would="instance-types"
    ),
    source="Amazon EC2 API Reference, RunInstances",
)
TYPE = "p4d.24xlarge"


def prepare(stage: Stage) -> Scene:
    """A network."""
    return {"network": scenery.network(stage)}


def attack(stage: Stage, scene: Scene) -> None:
    """Start one, with IMDSv2 and all."""
    scenery.launch(stage.attacker().client("ec2"), SubnetId=scene["network"].subnet, InstanceType=TYPE)


def succeeded(stage: Stage, scene: Scene) -> bool:
    """It runs."""
    return bool(scenery.instances(stage, subnet_id=scene["network"].subnet, instance_type=TYPE))


def clean_up(stage: Stage, scene: Scene) -> None:
    """Terminate it."""
    scenery.drop_instances(stage, subnet_id=scene["network"].subnet)
    scenery.drop_network(stage, scene["network"])
