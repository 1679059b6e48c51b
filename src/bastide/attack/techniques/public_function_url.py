"""Give a function a URL that asks for no credentials: a back door that outlives every key."""

from bastide.attack import scenery
from bastide.attack.stage import Stage
from bastide.attack.technique import Prevented, Scene, Technique
from bastide.aws.failure import ClientError

TECHNIQUE = Technique(
    title="A function answers the whole internet",
    mitre=("T1546",),
    tactic="persistence",
    detectors=("Security Hub Lambda.1", "IAM Access Analyzer: public access to a function"),
    expected=Prevented("public-lambda-url"),
    source='AWS Lambda Developer Guide, "Control access to Lambda function URLs"',
)


def prepare(stage: Stage) -> Scene:
    """A function."""
    name, role = scenery.function(stage, "webhook")
    return {"function": name, "role": role}


def attack(stage: Stage, scene: Scene) -> None:
    """A URL without authentication."""
    functions = stage.attacker().client("lambda")
    functions.create_function_url_config(FunctionName=scene["function"], AuthType="NONE")


def succeeded(stage: Stage, scene: Scene) -> bool:
    """The function has such a URL."""
    try:
        found = stage.owner().client("lambda").get_function_url_config(FunctionName=scene["function"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return False
    return str(found["AuthType"]) == "NONE"


def clean_up(stage: Stage, scene: Scene) -> None:
    """Delete the function."""
    if succeeded(stage, scene):
        stage.owner().client("lambda").delete_function_url_config(FunctionName=scene["function"])
    scenery.drop_function(stage, scene["function"], scene["role"])
