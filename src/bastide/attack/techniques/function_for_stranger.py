"""Let a foreign account invoke a function: it calls back in whenever it likes."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Recorded, Scene, Technique
from bastide.aws.failure import ClientError

TECHNIQUE = Technique(
    title="A stranger's account may invoke a function",
    mitre=("T1546",),
    tactic="persistence",
    detectors=("IAM Access Analyzer: external access to a function", "GuardDuty Persistence:IAMUser/AnomalousBehavior"),
    expected=Recorded(
        "public-lambda-url holds everybody and no authentication; no resource control policy covers Lambda"
    ),
    source="AWS Lambda API Reference, AddPermission",
)


def prepare(stage: Stage) -> Scene:
    """A function."""
    name, role = scenery.function(stage, "nightly")
    return {"function": name, "role": role}


def attack(stage: Stage, scene: Scene) -> None:
    """Let the stranger's account invoke it."""
    stage.attacker().client("lambda").add_permission(
        FunctionName=scene["function"], StatementId="partner", Action="lambda:InvokeFunction", Principal=stage.outsider
    )


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The function's policy names the stranger."""
    try:
        found = stage.owner().client("lambda").get_policy(FunctionName=scene["function"])["Policy"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return False
    return stage.outsider in found


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the function."""
    scenery.drop_function(stage, scene["function"], scene["role"])
