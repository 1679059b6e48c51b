"""Start instances in a region where nobody looks."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import NotPlayable, Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="Instances run in a region that nobody uses",
    mitre=("T1535", "T1496.001"),
    tactic="defense-evasion",
    detectors=("GuardDuty Impact:IAMUser/AnomalousBehavior", "GuardDuty CryptoCurrency:EC2/BitcoinTool.B!DNS"),
    expected=Prevented("region-restriction"),
    source='AWS Organizations User Guide, "Example SCPs: deny access to AWS based on the requested AWS Region"',
)


def prepare(stage: Stage) -> Scene:
    """Only a name for the key pair that tells the instances apart."""
    if not stage.elsewhere:
        raise NotPlayable("the architecture uses every region that this would be tried in")
    return {"key": stage.name("worker")}


def attack(stage: Stage, scene: Scene) -> None:
    """A key pair, and an instance with it: IMDSv2 and all, so that only the region speaks against it."""
    ec2 = stage.attacker().client("ec2", stage.elsewhere)
    ec2.create_key_pair(KeyName=scene["key"])
    scenery.launch(ec2, KeyName=scene["key"])


def succeeded(stage: Stage, scene: Scene) -> bool:
    """An instance with the key pair runs there."""
    return bool(scenery.instances(stage, stage.elsewhere, key_name=scene["key"]))


def clean_up(stage: Stage, scene: Scene) -> None:
    """Terminate it, and delete the key pair."""
    scenery.drop_instances(stage, stage.elsewhere, key_name=scene["key"])
    stage.owner().client("ec2", stage.elsewhere).delete_key_pair(KeyName=scene["key"])
